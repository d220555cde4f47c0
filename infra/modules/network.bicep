metadata description = 'A subnet for the container groups. Nothing comes in, and only HTTPS goes out, through a NAT gateway or a firewall.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
param token string
@description('Tags of all resources.')
param tags object
@description('Address space of the virtual network, a /23 or larger.')
param addressPrefix string
@description('Principal id of the app\'s identity.')
param appPrincipalId string
@description('Whether a firewall limits outgoing traffic to `allowedHosts`.')
param filtered bool
@description('Tier of Azure Firewall.')
param firewallTier string
@description('Resource id of the workspace for the firewall\'s log.')
param workspaceId string
@description('Hosts that the containers may reach.')
param allowedHosts string[]

var subnetPrefix = cidrSubnet(addressPrefix, 24, 0)
var firewallPrefixes = [cidrSubnet(addressPrefix, 26, 4), cidrSubnet(addressPrefix, 26, 5)]
// Azure reserves the first three host addresses of a subnet; the firewall gets the fourth.
var firewallAddress = cidrHost(firewallPrefixes[0], 3)
var firewallSubnets = [
  { name: 'AzureFirewallSubnet', properties: { addressPrefix: firewallPrefixes[0] } }
  { name: 'AzureFirewallManagementSubnet', properties: { addressPrefix: firewallPrefixes[1] } }
]

resource securityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-runs-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'https-out'
        properties: {
          direction: 'Outbound'
          access: 'Allow'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else-out'
        properties: {
          direction: 'Outbound'
          access: 'Deny'
          priority: 4096
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'nothing-in'
        properties: {
          direction: 'Inbound'
          access: 'Deny'
          priority: 4096
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// Azure supports container groups in a virtual network with a NAT gateway. The firewall's route takes precedence.
// https://learn.microsoft.com/azure/container-instances/container-instances-nat-gateway
resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-nat-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource gateway 'Microsoft.Network/natGateways@2024-05-01' = {
  name: 'ng-runs-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    publicIpAddresses: [{ id: address.id }]
    idleTimeoutInMinutes: 10
  }
}

resource routes 'Microsoft.Network/routeTables@2024-05-01' = {
  name: 'rt-runs-${token}'
  location: location
  tags: tags
  properties: {
    disableBgpRoutePropagation: true
    // The route is also here, not only in firewall.bicep: replacing the table must not open a way around the firewall.
    routes: filtered
      ? [
          {
            name: 'everything-through-the-firewall'
            properties: {
              addressPrefix: '0.0.0.0/0'
              nextHopType: 'VirtualAppliance'
              nextHopIpAddress: firewallAddress
            }
          }
        ]
      : []
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-runs-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: concat(
      [
        {
          name: 'runs'
          properties: {
            addressPrefix: subnetPrefix
            networkSecurityGroup: { id: securityGroup.id }
            natGateway: { id: gateway.id }
            routeTable: { id: routes.id }
            defaultOutboundAccess: false
            delegations: [
              {
                name: 'container-groups'
                properties: { serviceName: 'Microsoft.ContainerInstance/containerGroups' }
              }
            ]
          }
        }
      ],
      filtered ? firewallSubnets : []
    )
  }

  resource subnet 'subnets' existing = {
    name: 'runs'
  }
}

module firewall 'firewall.bicep' = if (filtered) {
  name: 'firewall'
  params: {
    location: location
    token: token
    tags: tags
    tier: firewallTier
    networkName: network.name
    routeTableName: routes.name
    sourcePrefix: subnetPrefix
    allowedHosts: allowedHosts
    workspaceId: workspaceId
  }
}

resource joinRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'autocoder-join-subnet')
  properties: {
    roleName: 'Autocoder subnet (${token})'
    description: 'Put container groups into the subnet.'
    type: 'CustomRole'
    permissions: [{ actions: ['Microsoft.Network/virtualNetworks/subnets/join/action'] }]
    assignableScopes: [resourceGroup().id]
  }
}

resource joinsSubnet 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(network::subnet.id, appPrincipalId, joinRole.name)
  scope: network::subnet
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', joinRole.name)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output subnetId string = network::subnet.id
