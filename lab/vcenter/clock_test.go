package main

import (
	"sync"
	"time"
)

// heldClock holds back what the vCenter and its hosts do by themselves after a while, so that a test can look at what is before it
// on a machine of any speed.
type heldClock struct {
	*site
	mu      sync.Mutex
	waiting []func()
}

func (s *site) holdTime() *heldClock {
	c := &heldClock{site: s}
	c.set(func(_ time.Duration, do func()) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.waiting = append(c.waiting, do)
	})
	return c
}

func (c *heldClock) set(later func(time.Duration, func())) {
	c.server.network.mu.Lock()
	defer c.server.network.mu.Unlock()
	c.server.network.later = later
}

// goOn lets happen what was held back until now, and holds back what follows from it.
func (c *heldClock) goOn() {
	c.Helper()
	c.mu.Lock()
	waiting := c.waiting
	c.waiting = nil
	c.mu.Unlock()
	if len(waiting) == 0 {
		c.Fatal("nothing is to happen")
	}
	for _, do := range waiting {
		do()
	}
}

// letGo lets happen what was held back, and from now on everything in its time.
func (c *heldClock) letGo() {
	c.Helper()
	c.set(inRealTime)
	c.goOn()
}
