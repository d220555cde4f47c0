"""Operations on container groups over HTTP, and the JSON that they answer with."""
