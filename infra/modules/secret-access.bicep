metadata description = 'Lets the app read individual secrets. infra/secrets.sh deploys this once the secrets exist.'

@description('Name of the Key Vault.')
param vaultName string
@description('Principal id of the app\'s identity.')
param appPrincipalId string
@description('Names of existing secrets.')
param secretNames string[]

var roles = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = [for secretName in secretNames: {
  parent: vault
  name: secretName
}]

resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (secretName, index) in secretNames: {
  name: guid(vault.id, secretName, appPrincipalId, roles.keyVaultSecretsUser)
  scope: secrets[index]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]
