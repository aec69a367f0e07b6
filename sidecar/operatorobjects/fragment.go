package operatorobjects

import (
	"fmt"

	yamlv2 "go.yaml.in/yaml/v2"
)

// amConfig are the sections of Alertmanager's configuration that an object may
// add to. Their elements are kept as they are.
type amConfig struct {
	Route             yamlv2.MapSlice   `yaml:"route,omitempty"`
	Receivers         []yamlv2.MapSlice `yaml:"receivers,omitempty"`
	InhibitRules      []yamlv2.MapSlice `yaml:"inhibit_rules,omitempty"`
	MuteTimeIntervals []yamlv2.MapSlice `yaml:"mute_time_intervals,omitempty"`
	TimeIntervals     []yamlv2.MapSlice `yaml:"time_intervals,omitempty"`
}

// added returns what whole has and base has not, nil if that is nothing. The
// operator puts an object's route before those of the base and all else after it.
func added(base, whole []byte) ([]byte, error) {
	var from, to amConfig
	if err := yamlv2.Unmarshal(base, &from); err != nil {
		return nil, fmt.Errorf("read the base configuration of Alertmanager: %w", err)
	}
	if err := yamlv2.Unmarshal(whole, &to); err != nil {
		return nil, fmt.Errorf("read the generated configuration of Alertmanager: %w", err)
	}
	fragment := amConfig{
		Receivers:    to.Receivers[len(from.Receivers):],
		InhibitRules: to.InhibitRules[len(from.InhibitRules):],
		// Alertmanager reads both lists as one and means to drop the older name.
		TimeIntervals: to.MuteTimeIntervals[len(from.MuteTimeIntervals):],
	}
	if routes := routesOf(to); len(routes) > len(routesOf(from)) {
		fragment.Route, _ = routes[0].(yamlv2.MapSlice)
	}
	if fragment.Route == nil && len(fragment.InhibitRules) == 0 {
		return nil, nil
	}
	data, err := yamlv2.Marshal(fragment)
	if err != nil {
		return nil, fmt.Errorf("write the fragment: %w", err)
	}
	return data, nil
}

// routesOf returns the routes below the root.
func routesOf(c amConfig) []any {
	for _, item := range c.Route {
		if item.Key == "routes" {
			routes, _ := item.Value.([]any)
			return routes
		}
	}
	return nil
}
