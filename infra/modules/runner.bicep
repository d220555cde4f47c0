metadata description = 'What the resource group of the container groups needs: who pulls their images, and what the app may do to them.'

@description('Region.')
param location string
@description('Part of every name, so that it is unique.')
param token string
@description('Tags of every resource.')
param tags object
@description('Principal id of the app\'s identity.')
param appPrincipalId string

// Every process in a container group can get a token of its identity, so it may do nothing but pull.
resource pullIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-autocoder-pull-${token}'
  location: location
  tags: tags
}

resource groupsRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'autocoder-container-groups')
  properties: {
    roleName: 'Autocoder container groups (${token})'
    description: 'Create, look at and delete container groups, and read their logs; no exec, no attach.'
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
    description: 'Give a container group the identity that pulls its images.'
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
