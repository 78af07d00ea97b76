x = 'namespace part'
