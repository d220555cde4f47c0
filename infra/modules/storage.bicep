metadata description = 'The storage account for runs, claims, the task hub of Durable and the deployment package. Shared keys are disabled.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
@minLength(13)
param token string
@description('Tags of all resources.')
param tags object
@description('Principal id of the app\'s identity.')
param appPrincipalId string

var roles = loadJsonContent('../roles.json')
var appRoles = [
  roles.storageBlobDataOwner
  roles.storageQueueDataContributor
  roles.storageTableDataContributor
]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'st${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // The addresses of containers are not known in advance. Each link they use opens one blob and expires after hours.
    publicNetworkAccess: 'Enabled'
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource deployments 'containers' = {
      name: 'deployments'
      properties: { publicAccess: 'None' }
    }
  }
}

resource appRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in appRoles: {
  name: guid(account.id, appPrincipalId, role)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

output blobHost string = split(account.properties.primaryEndpoints.blob, '/')[2]
output deploymentContainer string = account::blobs::deployments.name
