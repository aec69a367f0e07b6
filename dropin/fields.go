package dropin

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/prometheus/prometheus/discovery"
)

// field is one set field of a parsed configuration, by its name in YAML.
type field struct {
	path  []string // YAML keys and indices from the root
	value reflect.Value
}

func (f field) name() string { return f.path[len(f.path)-1] }

// isFile says whether the field names files that the server would open. It goes
// by upstream's naming, so a field that a later version adds is covered too.
func (f field) isFile() bool {
	name := f.name()
	return f.isText() && (strings.HasSuffix(name, "_file") || strings.HasSuffix(name, "_file_path") || name == "files" && !f.inFileDiscovery())
}

// inFileDiscovery: file_sd_configs is told about as a whole.
func (f field) inFileDiscovery() bool { return len(f.path) > 0 && f.path[0] == "file_sd_configs" }

func (f field) isSecretRef() bool { return f.isText() && strings.HasSuffix(f.name(), "_ref") }

func (f field) isText() bool {
	switch f.value.Kind() {
	case reflect.String:
		return true
	case reflect.Slice:
		return f.value.Type().Elem().Kind() == reflect.String
	}
	return false
}

// walkFields calls visit for each field below v that is set. It follows the
// parsed structs and not the YAML, because only they tell a field from a
// label, header or parameter that an author named like one.
func walkFields(v any, visit func(field)) {
	walk(reflect.ValueOf(v), nil, visit)
}

func walk(v reflect.Value, path []string, visit func(field)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), join(path, fmt.Sprint(i)), visit)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			walk(it.Value(), join(path, fmt.Sprint(it.Key())), visit)
		}
	case reflect.Struct:
		walkStruct(v, path, visit)
	}
}

func walkStruct(v reflect.Value, path []string, visit func(field)) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i)
		if !tag.IsExported() || f.IsZero() {
			continue
		}
		if configs, ok := f.Interface().(discovery.Configs); ok {
			walkConfigs(configs, path, visit)
			continue
		}
		name, options, _ := strings.Cut(tag.Tag.Get("yaml"), ",")
		if name == "-" {
			continue
		}
		at := path
		if options != "inline" {
			if name == "" {
				name = strings.ToLower(tag.Name)
			}
			at = join(path, name)
			visit(field{path: at, value: f})
		}
		walk(f, at, visit)
	}
}

// walkConfigs follows the discoveries, which upstream keeps in one list and
// reads from a field for each.
func walkConfigs(configs discovery.Configs, path []string, visit func(field)) {
	seen := map[string]int{}
	for _, c := range configs {
		if _, static := c.(discovery.StaticConfig); static {
			continue
		}
		name := c.Name() + "_sd_configs"
		walk(reflect.ValueOf(c), join(path, name, fmt.Sprint(seen[name])), visit)
		seen[name]++
	}
}

// join appends without sharing memory with path.
func join(path []string, steps ...string) []string {
	return append(path[:len(path):len(path)], steps...)
}
