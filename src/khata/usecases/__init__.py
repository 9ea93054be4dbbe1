"""What khata does: one verb, one file, one public function."""
