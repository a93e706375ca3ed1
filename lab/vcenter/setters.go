// Setters of the control interface: what tests may change behind the back of the API, by the name in POST /<name>.

package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// setters lists all of them. Each takes the lock of changes itself.
func (n *network) setters() map[string]setter {
	return map[string]setter{
		"event":    control(n.setEvent),
		"failing":  control(n.setFailing),
		"guest":    control(n.setGuest),
		"link":     control(n.linkSetter),
		"physical": control(n.physicalSetter),
	}
}

// linkSetting pulls or plugs the cable of a NIC: POST /link.
type linkSetting struct {
	Host   string `json:"host"`
	Device string `json:"device"`
	Up     *bool  `json:"up"`
}

func (n *network) linkSetter(ctx *simulator.Context, setting linkSetting) error {
	if setting.Up == nil {
		return errors.New("up: true or false is missing")
	}
	return n.setLink(ctx, setting.Host, setting.Device, *setting.Up)
}

// failingSetting lets changes of a host's network fail, or no longer: POST /failing.
type failingSetting struct {
	Host      string `json:"host"`
	IsFailing *bool  `json:"isFailing"`
}

func (n *network) setFailing(ctx *simulator.Context, setting failingSetting) error {
	switch {
	case hostByName(ctx, setting.Host) == nil:
		return fmt.Errorf("host %q: there is no such host", setting.Host)
	case setting.IsFailing == nil:
		return errors.New("isFailing: true or false is missing")
	case *setting.IsFailing:
		n.failHost(setting.Host)
	default:
		n.healHost(setting.Host)
	}
	return nil
}

// physicalSetting is what the port behind a NIC carries: POST /physical. What is left out is that of a trunk.
type physicalSetting struct {
	Host   string `json:"host"`
	Device string `json:"device"`
	// VLANs that arrive, such as "0", "10" or "20-29".
	VLANs *[]string `json:"vlans"`
	// MTU of the port and of the NIC, in bytes.
	MTU       int32 `json:"mtu"`
	NICMTU    int32 `json:"nicMtu"`
	IsChannel *bool `json:"isChannel"`
}

func (n *network) physicalSetter(ctx *simulator.Context, setting physicalSetting) error {
	port := trunk
	port.NICMTU, port.IsChannel = setting.NICMTU, setting.IsChannel
	set(&port.MTU, setting.MTU)
	if setting.VLANs != nil {
		port.VLANs = nil
		for _, text := range *setting.VLANs {
			each, err := parseRange(text)
			if err != nil {
				return err
			}
			port.VLANs = append(port.VLANs, each)
		}
	}
	return n.setPhysicalPort(ctx, setting.Host, setting.Device, port)
}

// parseRange reads one VLAN or a range of them.
func parseRange(text string) (types.NumericRange, error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	start, startErr := strconv.ParseUint(first, 10, 12)
	end, endErr := strconv.ParseUint(last, 10, 12)
	if startErr != nil || endErr != nil || start > end || end > 4094 {
		return types.NumericRange{}, fmt.Errorf("vlans: %q is no VLAN such as 10 and no range such as 20-29, within 0 to 4094", text)
	}
	return types.NumericRange{Start: int32(start), End: int32(end)}, nil
}
