"""The sign-in of people in Azure Boards: the extension's app token and its keys."""
