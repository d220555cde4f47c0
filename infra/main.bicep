metadata description = 'Autocoder: a function app, and a resource group of its own for the containers that run foreign code.'

targetScope = 'subscription'

@description('Name of this installation; part of the names of the resource groups.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything: one with Flex Consumption and Azure Container Instances.')
@minLength(1)
param location string

@description('The Azure DevOps organisation, for example https://dev.azure.com/contoso.')
@minLength(9)
param azureDevOpsOrgUrl string

@description('Project to its repository, or to a list of which a request must name one.')
param projectRepoMap object = {}

@description('Provider to the address of its model API, where it is not the vendor\'s own; the firewall lets these hosts out too.')
param modelUpstreams { *: string } = {}

@description('Further app settings, by the names in the README\'s table of settings; values are strings.')
param settings { *: string } = {}

@description('Tag of the images; those of a release, pushed before the first run.')
@minLength(1)
param imageTag string

@description('How the containers reach the internet: `public` as the platform does it, `nat` from a subnet with one address and port 443 only, `firewall` to `allowedHosts` only.')
@allowed(['public', 'nat', 'firewall'])
param egress string

@description('With `firewall`: hosts that the containers may reach besides Azure DevOps, the app, its storage, the registry and `modelUpstreams`. Package feeds belong here.')
param allowedHosts string[] = [
  'api.anthropic.com'
  'api.openai.com'
  'generativelanguage.googleapis.com'
]

@description('With `firewall`: tier of Azure Firewall. Both filter by host name; Basic is for up to 250 Mbps.')
@allowed(['Basic', 'Standard'])
param firewallTier string = 'Basic'

@description('With `nat` or `firewall`: address space of the virtual network, a /23 or larger.')
param addressPrefix string = '10.90.0.0/22'

@description('Tier of the container registry; Premium has a data endpoint that a firewall can name.')
@allowed(['Basic', 'Standard', 'Premium'])
param registrySku string = 'Standard'

@description('Secret that holds the Basic password of the service hook subscriptions.')
param hookSecretName string = 'hook-password'

@description('Secret from which each run\'s callback token is derived.')
param callbackSecretName string = 'callback-key'

@description('Object id of the person or pipeline that may write secrets; empty: nobody is given that right.')
param deployerPrincipalId string = ''

@description('Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 30

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var appName = 'func-autocoder-${token}'
var appHost = '${appName}.azurewebsites.net'
var upstreamHosts = [for upstream in items(modelUpstreams): split(upstream.value, '/')[2]]
var inSubnet = egress != 'public'

resource appGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

// Apart, so that the app's rights over container groups end where the containers end.
resource runnerGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}-runs'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: appGroup
  params: { location: location, token: token, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: appGroup
  params: {
    location: location
    token: token
    tags: tags
    retentionDays: telemetryRetentionDays
    appPrincipalId: identities.outputs.app.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: appGroup
  params: {
    location: location
    token: token
    tags: tags
    appPrincipalId: identities.outputs.app.principalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: appGroup
  params: { location: location, token: token, tags: tags, deployerPrincipalId: deployerPrincipalId }
}

module runner 'modules/runner.bicep' = {
  name: 'runner'
  scope: runnerGroup
  params: {
    location: location
    token: token
    tags: tags
    appPrincipalId: identities.outputs.app.principalId
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  scope: appGroup
  params: {
    location: location
    token: token
    tags: tags
    sku: registrySku
    pullPrincipalId: runner.outputs.pullPrincipalId
  }
}

module network 'modules/network.bicep' = if (inSubnet) {
  name: 'network'
  scope: runnerGroup
  params: {
    location: location
    token: token
    tags: tags
    addressPrefix: addressPrefix
    appPrincipalId: identities.outputs.app.principalId
    filtered: egress == 'firewall'
    firewallTier: firewallTier
    workspaceId: monitoring.outputs.workspaceId
    allowedHosts: union(
      [split(azureDevOpsOrgUrl, '/')[2], appHost, storage.outputs.blobHost],
      registry.outputs.hosts,
      upstreamHosts,
      allowedHosts
    )
  }
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: appGroup
  params: {
    location: location
    token: token
    tags: tags
    name: appName
    publicUrl: 'https://${appHost}'
    appIdentity: identities.outputs.app
    readerIdentity: identities.outputs.reader
    storageName: 'st${token}'
    deploymentContainer: storage.outputs.deploymentContainer
    insightsConnectionString: monitoring.outputs.connectionString
    keyVaultUrl: vault.outputs.url
    hookSecretName: hookSecretName
    callbackSecretName: callbackSecretName
    azureDevOpsOrgUrl: azureDevOpsOrgUrl
    projectRepoMap: projectRepoMap
    modelUpstreams: modelUpstreams
    containerResourceGroup: runnerGroup.name
    containerSubnetId: inSubnet ? network!.outputs.subnetId : ''
    imageRegistry: registry.outputs.loginServer
    imageTag: imageTag
    imagePullIdentity: runner.outputs.pullIdentityId
    settings: settings
  }
}

// The quota of a region is the subscription's, and so is the right to read it.
resource quotaRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, token, 'autocoder-quota')
  properties: {
    roleName: 'Autocoder quota reader (${token})'
    description: 'Read how much of the quota for container groups is used.'
    type: 'CustomRole'
    permissions: [{ actions: ['Microsoft.ContainerInstance/locations/usages/read'] }]
    assignableScopes: [subscription().id]
  }
}

// A module, because the name of the assignment contains the principal, which is not known before the deployment.
module readsQuota 'modules/quota-access.bicep' = {
  name: 'quota-access'
  params: { roleId: quotaRole.id, appPrincipalId: identities.outputs.app.principalId }
}

output AZURE_RESOURCE_GROUP string = appGroup.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_CONTAINER_REGISTRY_NAME string = registry.outputs.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer
output AUTOCODER_FUNCTION_APP string = functionApp.outputs.name
output AUTOCODER_URL string = 'https://${appHost}'
output AUTOCODER_IMAGE_TAG string = imageTag
output AUTOCODER_APP_PRINCIPAL_ID string = identities.outputs.app.principalId
output AUTOCODER_READER_PRINCIPAL_ID string = identities.outputs.reader.principalId
output HOOK_SECRET_NAME string = hookSecretName
output CALLBACK_KEY_SECRET string = callbackSecretName
