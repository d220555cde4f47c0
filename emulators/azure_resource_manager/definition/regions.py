"""The regions of the Azure public cloud: https://learn.microsoft.com/azure/reliability/regions-list."""

from emulators.azure_resource_manager.errors import GROUP_TYPE, invalid

REGIONS = (
    *("australiacentral", "australiacentral2", "australiaeast", "australiasoutheast", "austriaeast"),
    *("belgiumcentral", "brazilsouth", "brazilsoutheast", "canadacentral", "canadaeast", "centralindia"),
    *("centralus", "chilecentral", "eastasia", "eastus", "eastus2", "francecentral", "francesouth"),
    *("germanynorth", "germanywestcentral", "indonesiacentral", "israelcentral", "italynorth", "japaneast"),
    *("japanwest", "jioindiacentral", "jioindiawest", "koreacentral", "koreasouth", "malaysiawest"),
    *("mexicocentral", "newzealandnorth", "northcentralus", "northeurope", "norwayeast", "norwaywest"),
    *("polandcentral", "qatarcentral", "southafricanorth", "southafricawest", "southcentralus"),
    *("southeastasia", "southindia", "spaincentral", "swedencentral", "swedensouth", "switzerlandnorth"),
    *("switzerlandwest", "uaecentral", "uaenorth", "uksouth", "ukwest", "westcentralus", "westeurope"),
    *("westindia", "westus", "westus2", "westus3"),
)


def region_of(location: str) -> str:
    """Return *location* as the service compares it: "West Europe" is `westeurope`."""
    return location.lower().replace(" ", "")


def check_location(location: str) -> None:
    """Raise `ResourceManagerError` (400) unless *location* is a region."""
    if region_of(location) not in REGIONS:
        message = (
            f"The provided location '{location}' is not available for resource type '{GROUP_TYPE}'. List of "
            f"available regions for the resource type is '{','.join(REGIONS)}'."
        )
        raise invalid("LocationNotAvailableForResourceType", message)
