metadata description = 'The identity that pulls images for the container groups, and the app\'s rights over both.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
param token string
@description('Tags of all resources.')
param tags object
@description('Principal id of the app\'s identity.')
param appPrincipalId string

// Every process in a container group can get a token of the group's identity, so this one may only pull images.
resource pullIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-autocoder-pull-${token}'
  location: location
  tags: tags
}

resource groupsRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'autocoder-container-groups')
  properties: {
    roleName: 'Autocoder container groups (${token})'
    description: 'Create, read and delete container groups, and read their logs. No exec, no attach.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.ContainerInstance/containerGroups/read'
          'Microsoft.ContainerInstance/containerGroups/write'
          'Microsoft.ContainerInstance/containerGroups/delete'
          'Microsoft.ContainerInstance/containerGroups/containers/logs/read'
          'Microsoft.ContainerInstance/containerGroups/operationResults/read'
        ]
      }
    ]
    assignableScopes: [resourceGroup().id]
  }
}

resource runsGroups 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, appPrincipalId, groupsRole.name)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', groupsRole.name)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource attachRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'autocoder-attach-identity')
  properties: {
    roleName: 'Autocoder pull identity (${token})'
    description: 'Assign the identity that pulls images to a container group.'
    type: 'CustomRole'
    permissions: [{ actions: ['Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'] }]
    assignableScopes: [resourceGroup().id]
  }
}

resource attachesIdentity 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(pullIdentity.id, appPrincipalId, attachRole.name)
  scope: pullIdentity
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', attachRole.name)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output pullIdentityId string = pullIdentity.id
output pullPrincipalId string = pullIdentity.properties.principalId
