metadata description = 'Lets the app read the usage of the quota for container groups, and why one could not be created.'

targetScope = 'subscription'

@description('Resource id of the role.')
param roleId string
@description('Principal id of the app\'s identity.')
param appPrincipalId string

resource readsQuota 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, appPrincipalId, roleId)
  properties: {
    roleDefinitionId: roleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}
