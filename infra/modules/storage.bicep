metadata description = 'The storage account: runs, claims, Durable\'s task hub and the deployment package. No key opens it.'

@description('Region.')
param location string
@description('Part of every name, so that it is unique.')
@minLength(13)
param token string
@description('Tags of every resource.')
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
    // Containers come from addresses that nobody knows beforehand, each with a link to one blob for some hours.
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
