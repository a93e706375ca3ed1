// Setters of the control interface: what tests may change behind the back of the API, by the name in POST /<name>.

package main

// setters lists all of them. Each takes the lock of changes itself.
func (n *network) setters() map[string]setter {
	return map[string]setter{
		"event":        control(n.setEvent),
		"physicalPort": control(n.setPortBehind),
	}
}
