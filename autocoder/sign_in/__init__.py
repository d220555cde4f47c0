"""The sign-in of people in Azure Boards: the extension's app token, and why a person is refused."""
