"""The network of the container groups and the traffic that can leave it."""

import ipaddress
import re
import tomllib

from tests.infra.bicep import INFRA, ROOT, module, parsed, properties, source, text_of, walk

MAIN = parsed(INFRA / "main.bicep")


def test_the_subnet_is_delegated_to_container_groups():
    assert "serviceName: 'Microsoft.ContainerInstance/containerGroups'" in source("network")


def test_only_https_to_the_internet_goes_out_and_nothing_comes_in():
    (group,) = module("network").resources("Microsoft.Network/networkSecurityGroups")
    rules = [node for node in walk(group.body) if node.type == "object" and "direction" in properties(node)]
    told = [{name: text_of(value) for name, value in properties(node).items()} for node in rules]
    allowed = [rule for rule in told if rule["access"] == "Allow"]
    assert [(r["direction"], r["destinationPortRange"], r["destinationAddressPrefix"]) for r in allowed] == [
        ("Outbound", "443", "Internet")
    ]
    denied = {rule["direction"] for rule in told if rule["access"] == "Deny" and rule["protocol"] == "*"}
    assert denied == {"Inbound", "Outbound"}


def test_no_route_bypasses_the_firewall_even_while_the_routes_are_replaced():
    for name in ("network", "firewall"):
        assert "name: 'everything-through-the-firewall'" in source(name)
        assert re.search(r"addressPrefix: '0\.0\.0\.0/0'\s+nextHopType: 'VirtualAppliance'", source(name))


def test_the_firewall_allows_only_https_to_listed_hosts():
    text = source("firewall")
    assert "protocols: [{ protocolType: 'Https', port: 443 }]" in text
    assert text.count("ruleType:") == 1
    assert "targetFqdns: allowedHosts" in text
    assert "NetworkRule" not in text


def test_the_firewall_allows_the_default_model_provider_of_every_agent():
    allowed = next(one for one in MAIN.of("parameter") if one.name == "allowedHosts").node.named_children[-1]
    hosts = {text_of(node) for node in allowed.named_children}
    agents = [tomllib.loads(path.read_text()) for path in (ROOT / "containers").glob("*/agent.toml")]
    assert {agent["upstream"].split("/")[2] for agent in agents if agent["upstream"]} == hosts
    assert [host for host in hosts if "*" in host] == []


def test_the_subnets_fit_into_the_address_space():
    space = next(one for one in MAIN.of("parameter") if one.name == "addressPrefix").node.named_children[-1]
    network = ipaddress.ip_network(text_of(space))
    parts = [
        (int(a), int(b))
        for a, b in re.findall(r"cidrSubnet\(addressPrefix, (\d+), (\d+)\)", source("network"))
    ]
    subnets = [list(network.subnets(new_prefix=prefix))[index] for prefix, index in parts]
    assert len(subnets) == 3
    assert not any(a.overlaps(b) for a in subnets for b in subnets if a is not b)
