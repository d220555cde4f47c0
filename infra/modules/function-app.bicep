metadata description = 'The function app on Flex Consumption, with its app settings. Every connection uses a managed identity.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
param token string
@description('Tags of all resources.')
param tags object
@description('Name of the app.')
param name string
@description('URL at which containers and people reach the app.')
param publicUrl string
@description('The app\'s identity: `id`, `clientId`, `principalId`.')
param appIdentity object
@description('The identity whose token clones repositories: `id`, `clientId`, `principalId`.')
param readerIdentity object
@description('Name of the storage account.')
param storageName string
@description('Blob container for the deployment package.')
param deploymentContainer string
@description('Connection string of Application Insights. It is not secret, because local authentication is off.')
param insightsConnectionString string
@description('URL of the Key Vault.')
param keyVaultUrl string
@description('Name of the secret with the password of the service hooks.')
param hookSecretName string
@description('Name of the secret from which callback tokens are derived.')
param callbackSecretName string
@description('Id of the extension whose pages may sign people in; empty for none.')
param extensionId string
@description('Name of the secret with the extension\'s certificate.')
param extensionSecretName string
@description('Ids of the tenants whose people may sign in by the extension.')
param extensionTenants string[]
@description('Origins whose pages may call the app from a browser.')
param extensionOrigins string[]
@description('URL of the Azure DevOps organisation.')
param azureDevOpsOrgUrl string
@description('Maps each project to its repository, or to a list of repositories.')
param projectRepoMap object
@description('Maps a model provider to the URL of its API.')
param modelUpstreams { *: string }
@description('Name of the resource group of the container groups.')
param containerResourceGroup string
@description('Resource id of the container groups\' subnet; empty for none.')
param containerSubnetId string
@description('Login server of the registry with the images.')
param imageRegistry string
@description('Tag of the images.')
param imageTag string
@description('Resource id of the identity that pulls the images.')
param imagePullIdentity string
@description('Further app settings. Settings of this template take precedence.')
param settings { *: string }

@description('Memory of an instance. Changes are streamed, so 2 GB is enough.')
@allowed([2048, 4096])
param instanceMemoryMB int = 2048
@description('Maximum number of instances.')
param maximumInstanceCount int = 40

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${appIdentity.id}': {}
      '${readerIdentity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    siteConfig: {
      minTlsVersion: '1.2'
      // The platform answers preflights before the app is called, so the app itself sets no such header.
      cors: { allowedOrigins: extensionOrigins, supportCredentials: false }
    }
    functionAppConfig: {
      runtime: { name: 'python', version: '3.11' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: appIdentity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // Without ready instances, every step of a run, and every first delivery, could wait for one to start.
        alwaysReady: [
          { name: 'durable', instanceCount: 1 }
          { name: 'http', instanceCount: 1 }
        ]
      }
    }
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noPublishingPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, {
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: appIdentity.clientId
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${appIdentity.clientId};Authorization=AAD'
      PYTHON_THREADPOOL_THREAD_COUNT: '32'
      AZURE_CLIENT_ID: appIdentity.clientId
      AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
      AZURE_DEVOPS_ORG_URL: azureDevOpsOrgUrl
      AZURE_DEVOPS_READER_CLIENT_ID: readerIdentity.clientId
      PROJECT_REPO_MAP: string(projectRepoMap)
      KEY_VAULT_URL: keyVaultUrl
      HOOK_PASSWORD_SECRET: hookSecretName
      CALLBACK_KEY_SECRET: callbackSecretName
      EXTENSION_ID: extensionId
      EXTENSION_KEY_SECRET: extensionSecretName
      EXTENSION_TENANTS: empty(extensionId) ? '' : join(extensionTenants, ';')
      CONTAINER_RESOURCE_GROUP: containerResourceGroup
      CONTAINER_LOCATION: location
      CONTAINER_SUBNET_ID: containerSubnetId
      RESOURCE_MANAGER_URL: environment().resourceManager
      IMAGE_REGISTRY: imageRegistry
      IMAGE_TAG: imageTag
      IMAGE_PULL_IDENTITY: imagePullIdentity
      MODEL_UPSTREAMS: string(modelUpstreams)
      PUBLIC_URL: publicUrl
      BLOB_URL: storage.properties.primaryEndpoints.blob
      TABLE_URL: storage.properties.primaryEndpoints.table
    })
  }
}

output name string = app.name
