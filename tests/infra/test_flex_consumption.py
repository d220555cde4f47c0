"""The function app sets nothing that a Flex Consumption plan refuses or ignores.

The Bicep compiler cannot see this, as the properties exist on other plans. Azure answers with error 51021,
and only after everything else is deployed.

https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
"""

import pytest

from tests.infra.bicep import FILES, File, parse, parsed, text_of, walk

# Properties of the site and of its `siteConfig`, as the page lists them. Azure ignores the case of a name.
REFUSED_PROPERTIES = {
    "alwaysOn",
    "containerSize",
    "dnsConfiguration",
    "ftpsState",
    "functionAppScaleLimit",
    "isReserved",
    "isXenon",
    "javaVersion",
    "linuxFxVersion",
    "netFrameworkVersion",
    "powerShellVersion",
    "preWarmedInstanceCount",
    "use32BitWorkerProcess",
    "vnetBackupRestoreEnabled",
    "vnetContentShareEnabled",
    "vnetImagePullEnabled",
    "vnetRouteAllEnabled",
    "windowsFxVersion",
    # Not on the page, but refused: https://github.com/microsoft/azure-pipelines-tasks/issues/21032
    "functionsRuntimeScaleMonitoringEnabled",
}
REFUSED_SETTINGS = {
    "ENABLE_ORYX_BUILD",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_MAX_HTTP_CONCURRENCY",
    "FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED",
    "FUNCTIONS_WORKER_PROCESS_COUNT",
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_WORKER_RUNTIME_VERSION",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTOVERVNET",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_DNS_SERVER",
    "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
    "WEBSITE_NODE_DEFAULT_VERSION",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
    "WEBSITE_VNET_ROUTE_ALL",
}
REFUSED = {name.lower() for name in REFUSED_PROPERTIES | REFUSED_SETTINGS}
SITE = "resource app 'Microsoft.Web/sites@2024-04-01' = {{\n  name: 'app'\n{}\n}}\n"


def refused_by_the_plan(file: File) -> list[str]:
    """Return the properties and settings of function apps that the plan refuses, nested ones too."""
    sites = [one for one in file.of("resource") if one.target.lower().startswith("microsoft.web/sites")]
    pairs = [node for site in sites for node in walk(site.node) if node.type == "object_property"]
    names = [text_of(pair.named_children[0]).strip("'") for pair in pairs]
    return [name for name in names if name.lower() in REFUSED]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_sets_nothing_that_flex_consumption_refuses(path):
    assert refused_by_the_plan(parsed(path)) == []


@pytest.mark.parametrize(
    "body",
    [
        "  properties: { siteConfig: { minTlsVersion: '1.2', ftpsState: 'Disabled' } }",
        "  properties: { siteConfig: union(common, { ftpsState: 'Disabled' }) }",
        "  properties: { siteConfig: { FtpsState: 'Disabled' } }",
        "  resource web 'config' = {\n    name: 'web'\n    properties: { ftpsState: 'Disabled' }\n  }",
    ],
)
def test_the_checker_finds_a_refused_property_wherever_it_is_set(body):
    assert [name.lower() for name in refused_by_the_plan(parse(SITE.format(body)))] == ["ftpsstate"]


@pytest.mark.parametrize("name", ["FUNCTIONS_WORKER_RUNTIME", "'FUNCTIONS_WORKER_RUNTIME'"])
def test_the_checker_finds_a_refused_app_setting(name):
    properties = f"properties: {{ {name}: 'python' }}"
    body = f"  resource settings 'config' = {{\n    name: 'appsettings'\n    {properties}\n  }}"
    assert refused_by_the_plan(parse(SITE.format(body))) == ["FUNCTIONS_WORKER_RUNTIME"]


def test_the_checker_finds_a_refused_property_of_a_separate_configuration():
    body = "name: 'app/web'\n  properties: { alwaysOn: true }"
    source = f"resource web 'Microsoft.Web/sites/config@2024-04-01' = {{\n  {body}\n}}\n"
    assert refused_by_the_plan(parse(source)) == ["alwaysOn"]
