for i in range(3):
    whille i:
        pass
