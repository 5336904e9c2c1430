package gateway

// Deploy gives the function in that folder another value in its environment, as a deployment does that changes a
// parameter: running invocations are cut off, and the next ones have the value.
func (g *Gateway) Deploy(folder, name, value string) {
	for _, f := range g.o.Template.Functions {
		r := g.functions[f.LogicalID]
		if r == nil || f.Folder() != folder {
			continue
		}
		f.Env[name] = value
		r.Redeploy(g.Environment(f))
	}
}
