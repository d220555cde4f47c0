metadata description = 'The two identities of the function app: its own, and a reader that may only read code.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
param token string
@description('Tags of all resources.')
param tags object

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-autocoder-app-${token}'
  location: location
  tags: tags
}

// Has no rights in Azure. In Azure DevOps it may read code, and its token clones repositories.
resource reader 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-autocoder-reader-${token}'
  location: location
  tags: tags
}

output app object = {
  id: app.id
  clientId: app.properties.clientId
  principalId: app.properties.principalId
}
output reader object = {
  id: reader.id
  clientId: reader.properties.clientId
  principalId: reader.properties.principalId
}
