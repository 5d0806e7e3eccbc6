"""What every page needs: access stamps, forms, headers, limits, error pages, assets, template helpers.

Owns no table and no page of the product. Rooms above plug in what it must ask them (see `access.init_access`).
"""
