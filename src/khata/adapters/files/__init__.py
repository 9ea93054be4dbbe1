"""Files in a folder of this machine, or with Amazon S3, Google Cloud Storage or Azure Blob."""
