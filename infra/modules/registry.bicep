metadata description = 'The container registry of the images. The pull identity may pull from it.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
@minLength(13)
param token string
@description('Tags of all resources.')
param tags object
@description('Tier: Basic, Standard or Premium.')
param sku string
@description('Principal id of the identity that pulls.')
param pullPrincipalId string

var roles = loadJsonContent('../roles.json')
var hasDataEndpoint = sku == 'Premium'

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    dataEndpointEnabled: hasDataEndpoint
    // In the other mode, permissions by repository (ABAC), the registry ignores AcrPull and AcrPush.
    roleAssignmentMode: 'LegacyRegistryPermissions'
  }
}

resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, pullPrincipalId, roles.acrPull)
  scope: registry
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.acrPull)
    principalId: pullPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output name string = registry.name
output loginServer string = registry.properties.loginServer
output hosts string[] = union(
  [registry.properties.loginServer],
  hasDataEndpoint ? registry.properties.dataEndpointHostNames : []
)
