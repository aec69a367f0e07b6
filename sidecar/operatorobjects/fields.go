package operatorobjects

import (
	"fmt"
	"reflect"
	"strings"
)

// field is one value in an object's spec, with the path by which its author
// knows it.
type field struct {
	path  string // spec.endpoints[0].tlsConfig
	name  string // tlsConfig
	value reflect.Value
}

// walk visits v and all below it that is set, in a fixed order but for the
// elements of maps. It stops below what visit returns false for.
func walk(f field, visit func(field) bool) {
	switch f.value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !f.value.IsNil() {
			walk(field{f.path, f.name, f.value.Elem()}, visit)
		}
		return
	}
	if !visit(f) {
		return
	}
	switch f.value.Kind() {
	case reflect.Struct:
		for i := range f.value.NumField() {
			t := f.value.Type().Field(i)
			if !t.IsExported() {
				continue
			}
			name, _, _ := strings.Cut(t.Tag.Get("json"), ",")
			if name == "" { // inlined: its fields are the author's as if they were here
				walk(field{f.path, f.name, f.value.Field(i)}, visit)
				continue
			}
			walk(field{f.path + "." + name, name, f.value.Field(i)}, visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range f.value.Len() {
			walk(field{fmt.Sprintf("%s[%d]", f.path, i), f.name, f.value.Index(i)}, visit)
		}
	case reflect.Map:
		for iter := f.value.MapRange(); iter.Next(); {
			walk(field{fmt.Sprintf("%s[%v]", f.path, iter.Key()), f.name, iter.Value()}, visit)
		}
	}
}

// walkSpec visits the spec of an object, which must be a pointer to a struct.
func walkSpec(o Object, visit func(field) bool) {
	spec := reflect.ValueOf(o).Elem().FieldByName("Spec")
	walk(field{"spec", "spec", spec}, visit)
}
