"""The MCP server of this product: datasets, search and chats as tools, under /mcp."""
