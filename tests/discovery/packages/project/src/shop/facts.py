def names(): return ["orders"]
