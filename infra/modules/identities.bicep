metadata description = 'The identities of the function app: its own, and one that may only read code.'

@description('Region.')
param location string
@description('Part of every name, so that it is unique.')
param token string
@description('Tags of every resource.')
param tags object

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-autocoder-app-${token}'
  location: location
  tags: tags
}

// Has no right in Azure: Azure DevOps lets it read code, and its token clones.
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
