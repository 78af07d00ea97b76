text = 'sibling text'
