package sam

import "gopkg.in/yaml.v3"

// Table is a DynamoDB table, in CloudFormation's words.
type Table struct {
	Name       string      `yaml:"-"` // what !Ref returns
	Attributes []Attribute `yaml:"AttributeDefinitions"`
	Keys       []Key       `yaml:"KeySchema"`
	Indexes    []Index     `yaml:"GlobalSecondaryIndexes"`
}

// Attribute is the type (S, N or B) of an attribute that is part of a key.
type Attribute struct {
	Name string `yaml:"AttributeName"`
	Type string `yaml:"AttributeType"`
}

// Key is one part (HASH or RANGE) of a key.
type Key struct {
	Name string `yaml:"AttributeName"`
	Kind string `yaml:"KeyType"`
}

// Index is a global secondary index.
type Index struct {
	Name       string `yaml:"IndexName"`
	Keys       []Key  `yaml:"KeySchema"`
	Projection struct {
		Kind    string   `yaml:"ProjectionType"`
		Include []string `yaml:"NonKeyAttributes"`
	} `yaml:"Projection"`
}

func (r *resolver) table(id string, n *yaml.Node) (Table, error) {
	var t Table
	name, err := r.ref(n, id)
	if err != nil {
		return t, err
	}
	t.Name = name.Value
	for out, key := range map[any]string{&t.Attributes: "AttributeDefinitions", &t.Keys: "KeySchema",
		&t.Indexes: "GlobalSecondaryIndexes"} {
		if err := r.decode(out, n, "Properties", key); err != nil {
			return t, err
		}
	}
	if len(t.Keys) == 0 {
		return t, r.errorf(n, "the table %s has no KeySchema", id)
	}
	return t, nil
}
