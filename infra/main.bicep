metadata description = 'Autocoder: a function app, and a separate resource group for the containers that run untrusted code.'

targetScope = 'subscription'

@description('Name of the azd environment, which is part of the names of the resource groups.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources. It must offer Flex Consumption and Azure Container Instances.')
@minLength(1)
param location string

@description('URL of the Azure DevOps organisation, for example https://dev.azure.com/contoso.')
@minLength(9)
param azureDevOpsOrgUrl string

@description('Maps each project to its repository, or to a list of repositories of which each request names one.')
param projectRepoMap object = {}

@description('Maps a model provider to the URL of its API, where it is not the vendor\'s own. The firewall allows these hosts.')
param modelUpstreams { *: string } = {}

@description('Further app settings, named as in docs/settings.md.')
param settings { *: string } = {}

@description('Tag of the container images. The images must be in the registry before the first run.')
@minLength(1)
param imageTag string

@description('How the containers reach the internet: `public` through the platform\'s network, `nat` from a subnet with one fixed address and port 443 only, `firewall` from that subnet to `allowedHosts` only.')
@allowed(['public', 'nat', 'firewall'])
param egress string

@description('With `firewall`: hosts that the containers may reach besides Azure DevOps, the app, its storage, the registry and `modelUpstreams`. Add your package feeds.')
param allowedHosts string[] = [
  'api.anthropic.com'
  'api.openai.com'
  'generativelanguage.googleapis.com'
]

@description('With `firewall`: tier of Azure Firewall. Both filter by host name; Basic supports up to 250 Mbps.')
@allowed(['Basic', 'Standard'])
param firewallTier string = 'Basic'

@description('With `nat` or `firewall`: address space of the virtual network, a /23 or larger.')
param addressPrefix string = '10.90.0.0/22'

@description('Tier of the container registry. Premium has a dedicated data endpoint, which a firewall can allow by name.')
@allowed(['Basic', 'Standard', 'Premium'])
param registrySku string = 'Standard'

@description('Name of the secret with the Basic authentication password of the service hooks.')
param hookSecretName string = 'hook-password'

@description('Name of the secret from which the callback token of each run is derived.')
param callbackSecretName string = 'callback-key'

@description('Id (GUID) of the Azure DevOps extension whose pages may sign people in; empty for none.')
param extensionId string = ''

@description('Name of the secret with the extension\'s certificate, with which its tokens are signed.')
param extensionSecretName string = 'extension-key'

@description('With `extensionId`: ids of the Microsoft Entra tenants whose people may sign in.')
param extensionTenants string[] = [subscription().tenantId]

@description('Origins whose pages may call the app from a browser: `https://<publisher>.gallerycdn.vsassets.io` for the extension.')
param extensionOrigins string[] = []

@description('Object id of the user or service principal that may write secrets; empty to assign no such right.')
param deployerPrincipalId string = ''

@description('Days after which telemetry is deleted.')
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

// A separate group, so that the app's rights over container groups cover nothing else.
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
    extensionId: extensionId
    extensionSecretName: extensionSecretName
    extensionTenants: extensionTenants
    extensionOrigins: extensionOrigins
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

// The quota belongs to the subscription, so the right to read it is assigned there.
resource quotaRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, token, 'autocoder-quota')
  properties: {
    roleName: 'Autocoder quota reader (${token})'
    description: 'Read the usage of the quota for container groups, and why one could not be created.'
    type: 'CustomRole'
    permissions: [{ actions: [
      'Microsoft.ContainerInstance/locations/operations/read'
      'Microsoft.ContainerInstance/locations/usages/read'
    ] }]
    assignableScopes: [subscription().id]
  }
}

// A module, because the name of the assignment depends on the principal, which is known only during the deployment.
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
