metadata description = 'An Azure Firewall that lets the container groups reach listed hosts over HTTPS, and nothing else.'

@description('Region.')
param location string
@description('Suffix that makes every name unique.')
param token string
@description('Tags of all resources.')
param tags object
@description('Tier: Basic or Standard.')
param tier string
@description('Name of the virtual network, which contains AzureFirewallSubnet and AzureFirewallManagementSubnet.')
param networkName string
@description('Name of the route table of the container groups\' subnet.')
param routeTableName string
@description('Address range of the container groups.')
param sourcePrefix string
@description('Hosts that the container groups may reach.')
param allowedHosts string[]
@description('Resource id of the workspace that logs what was allowed and denied.')
param workspaceId string

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: networkName

  resource traffic 'subnets' existing = {
    name: 'AzureFirewallSubnet'
  }

  resource management 'subnets' existing = {
    name: 'AzureFirewallManagementSubnet'
  }
}

resource addresses 'Microsoft.Network/publicIPAddresses@2024-05-01' = [for purpose in ['traffic', 'management']: {
  name: 'pip-firewall-${purpose}-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}]

resource policy 'Microsoft.Network/firewallPolicies@2024-05-01' = {
  name: 'afwp-runs-${token}'
  location: location
  tags: tags
  properties: {
    sku: { tier: tier }
    threatIntelMode: 'Alert'
  }

  resource rules 'ruleCollectionGroups' = {
    name: 'runs'
    properties: {
      priority: 100
      ruleCollections: [
        {
          name: 'allowed-hosts'
          ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
          priority: 100
          action: { type: 'Allow' }
          rules: [
            {
              name: 'https'
              ruleType: 'ApplicationRule'
              sourceAddresses: [sourcePrefix]
              protocols: [{ protocolType: 'Https', port: 443 }]
              targetFqdns: allowedHosts
            }
          ]
        }
      ]
    }
  }
}

resource firewall 'Microsoft.Network/azureFirewalls@2024-05-01' = {
  name: 'afw-runs-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'AZFW_VNet', tier: tier }
    firewallPolicy: { id: policy.id }
    ipConfigurations: [
      {
        name: 'traffic'
        properties: {
          subnet: { id: network::traffic.id }
          publicIPAddress: { id: addresses[0].id }
        }
      }
    ]
    managementIpConfiguration: {
      name: 'management'
      properties: {
        subnet: { id: network::management.id }
        publicIPAddress: { id: addresses[1].id }
      }
    }
  }
  dependsOn: [policy::rules]
}

resource routeTable 'Microsoft.Network/routeTables@2024-05-01' existing = {
  name: routeTableName

  // The same route as in network.bicep, with the actual address of the firewall.
  resource everything 'routes' = {
    name: 'everything-through-the-firewall'
    properties: {
      addressPrefix: '0.0.0.0/0'
      nextHopType: 'VirtualAppliance'
      nextHopIpAddress: firewall.properties.ipConfigurations[0].properties.privateIPAddress
    }
  }
}

resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: firewall
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}
