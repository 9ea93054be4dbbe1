"""Spreadsheets: sheets become a workbook that Excel and LibreOffice open."""
