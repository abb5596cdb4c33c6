"""Blobs: one store over obstore for local folders, memory and buckets."""
