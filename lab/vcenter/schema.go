// The schema check: a request must name known elements, in the order of the API's types, with all that is mandatory,
// and give the type of every polymorphic value. Servers insist on it; the simulator would drop data or crash. Pure.

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	namespaceSOAP = "http://schemas.xmlsoap.org/soap/envelope/"
	namespaceXSI  = "http://www.w3.org/2001/XMLSchema-instance"
	// Deeper requests exist only to exhaust a parser's stack.
	maxDepth = 64
)

// unknownTypeError is an xsi:type that the API does not have, or not in this place.
type unknownTypeError struct{ name, element string }

func (e *unknownTypeError) Error() string {
	return fmt.Sprintf("Unable to resolve WSDL type name %s of element %s", e.name, e.element)
}

// checkRequest checks a whole SOAP envelope. The error's text is the fault string for the client.
func checkRequest(envelope []byte) error {
	check := &schemaCheck{decoder: xml.NewDecoder(bytes.NewReader(envelope))}
	root, err := check.next()
	if err != nil {
		return err
	}
	if root == nil || root.Name.Local != "Envelope" || root.Name.Space != namespaceSOAP {
		return errors.New("Unsupported content: a SOAP 1.1 envelope is expected")
	}
	for {
		part, err := check.next()
		if err != nil {
			return err
		}
		if part == nil {
			return errors.New("The envelope has no body")
		}
		if part.Name.Local == "Body" && part.Name.Space == namespaceSOAP {
			return check.body()
		}
		if err := check.decoder.Skip(); err != nil {
			return malformed(err)
		}
	}
}

type schemaCheck struct {
	decoder *xml.Decoder
	depth   int
}

// body checks the one element of the body: a method's request, whose _this names the object.
func (c *schemaCheck) body() error {
	method, err := c.next()
	if err != nil {
		return err
	}
	if method == nil {
		return errors.New("The body is empty")
	}
	kind, known := methodNamed(method.Name.Local)
	if !known {
		return fmt.Errorf("Unable to resolve WSDL method name %s", method.Name.Local)
	}
	return c.element(*method, kind)
}

// methodNamed is the type of a method's request, which unlike data says on which object it is called.
func methodNamed(name string) (reflect.Type, bool) {
	kind, known := types.TypeFunc()(name)
	if !known || kind.Kind() != reflect.Struct {
		return nil, false
	}
	this, has := kind.FieldByName("This")
	return kind, has && this.Type == reflect.TypeFor[types.ManagedObjectReference]()
}

// next returns the next element below the current one, or nil at its end.
func (c *schemaCheck) next() (*xml.StartElement, error) {
	for {
		token, err := c.decoder.Token()
		switch token := token.(type) {
		case xml.StartElement:
			return &token, nil
		case xml.EndElement:
			return nil, nil
		case xml.Directive:
			return nil, errors.New("A document type declaration is not allowed")
		}
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
	}
}

func malformed(err error) error {
	return fmt.Errorf("The request is not well-formed XML: %w", err)
}

// element checks an element that holds a value of this type, up to its end.
func (c *schemaCheck) element(start xml.StartElement, kind reflect.Type) error {
	if c.depth++; c.depth > maxDepth {
		return errors.New("The request is nested too deeply")
	}
	defer func() { c.depth-- }()
	kind, err := valueType(start, kind)
	if err != nil {
		return err
	}
	if kind.Kind() != reflect.Struct || kind == reflect.TypeFor[types.ManagedObjectReference]() {
		return c.text(start, kind)
	}
	fields := fieldsOf(kind)
	if len(fields) == 0 {
		return c.text(start, kind)
	}
	return c.sequence(start, fields)
}

// sequence checks child elements: each known, none before its predecessor, only lists repeated, nothing mandatory missing.
func (c *schemaCheck) sequence(start xml.StartElement, fields []schemaField) error {
	position, seen := 0, make([]bool, len(fields))
	for {
		child, err := c.next()
		if err != nil {
			return err
		}
		if child == nil {
			break
		}
		index := position
		for index < len(fields) && fields[index].name != child.Name.Local {
			index++
		}
		if index == len(fields) {
			return fmt.Errorf("Unexpected element tag %q seen in %s", child.Name.Local, start.Name.Local)
		}
		if seen[index] && !fields[index].isList {
			return fmt.Errorf("Element %s of %s is given twice", child.Name.Local, start.Name.Local)
		}
		position, seen[index] = index, true
		if err := c.element(*child, fields[index].kind); err != nil {
			return err
		}
	}
	for index, field := range fields {
		if field.isMandatory && !seen[index] {
			return fmt.Errorf("Required property %s is missing from data object of type %s", field.name, start.Name.Local)
		}
	}
	return nil
}

// text checks a value without child elements.
func (c *schemaCheck) text(start xml.StartElement, kind reflect.Type) error {
	if kind == reflect.TypeFor[types.ManagedObjectReference]() && attribute(start, "", "type") == "" {
		return fmt.Errorf("Element %s refers to an object without its type", start.Name.Local)
	}
	child, err := c.next()
	if err == nil && child != nil {
		return fmt.Errorf("Unexpected element tag %q seen in %s", child.Name.Local, start.Name.Local)
	}
	return err
}

// valueType is the type that an element's content has: where the API allows several, xsi:type must choose one of them.
func valueType(start xml.StartElement, declared reflect.Type) (reflect.Type, error) {
	name := attribute(start, namespaceXSI, "type")
	if name == "" {
		if declared.Kind() == reflect.Interface {
			return nil, fmt.Errorf("Element %s is polymorphic and has no xsi:type", start.Name.Local)
		}
		return declared, nil
	}
	chosen, known := typeNamed(name)
	if !known {
		return nil, &unknownTypeError{name, start.Name.Local}
	}
	fits := chosen == declared
	if declared.Kind() == reflect.Interface {
		fits = declared.NumMethod() == 0 || reflect.PointerTo(chosen).Implements(declared)
	}
	// Enumerations and simple types are declared under names of their own.
	if !fits && (declared.Kind() == reflect.Struct || declared.Kind() == reflect.Interface) {
		return nil, &unknownTypeError{name, start.Name.Local}
	}
	return chosen, nil
}

func typeNamed(name string) (reflect.Type, bool) {
	_, local, hasPrefix := strings.Cut(name, ":")
	if !hasPrefix {
		local = name
	}
	if kind, known := types.TypeFunc()(local); known {
		return kind, true
	}
	kind, known := simpleTypes[local]
	return kind, known
}

// simpleTypes are those of XML Schema, by which an element of any type says what its text is.
var simpleTypes = map[string]reflect.Type{
	"boolean": reflect.TypeFor[bool](), "byte": reflect.TypeFor[int8](), "short": reflect.TypeFor[int16](),
	"int": reflect.TypeFor[int32](), "long": reflect.TypeFor[int64](), "float": reflect.TypeFor[float32](),
	"double": reflect.TypeFor[float64](), "string": reflect.TypeFor[string](), "dateTime": reflect.TypeFor[time.Time](),
}

func attribute(start xml.StartElement, space, local string) string {
	for _, each := range start.Attr {
		if each.Name.Local == local && each.Name.Space == space {
			return each.Value
		}
	}
	return ""
}

// schemaField is one child element that a type allows.
type schemaField struct {
	name        string
	kind        reflect.Type
	isList      bool
	isMandatory bool
}

var fieldCache sync.Map // reflect.Type -> []schemaField

// fieldsOf lists the elements of a type in wire order: those of its base types first.
func fieldsOf(kind reflect.Type) []schemaField {
	if cached, has := fieldCache.Load(kind); has {
		return cached.([]schemaField)
	}
	var fields []schemaField
	for index := range kind.NumField() {
		field := kind.Field(index)
		if field.Anonymous {
			fields = append(fields, fieldsOf(field.Type)...)
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("xml"), ",")
		if name == "" || name == "-" || strings.Contains(options, "attr") && !strings.Contains(options, "typeattr") {
			continue
		}
		fields = append(fields, newField(name, options, field.Type))
	}
	fieldCache.Store(kind, fields)
	return fields
}

// newField reads the convention of the generated types: a value that may be missing is a pointer, a list or "omitempty".
func newField(name, options string, kind reflect.Type) schemaField {
	field := schemaField{name: name, kind: kind, isMandatory: !strings.Contains(options, "omitempty")}
	if kind.Kind() == reflect.Slice && kind.Elem().Kind() != reflect.Uint8 {
		field.isList, field.isMandatory, field.kind = true, false, kind.Elem()
	}
	if field.kind.Kind() == reflect.Pointer {
		field.isMandatory, field.kind = false, field.kind.Elem()
	}
	return field
}
