package jsonschema

import "strings"

const openAdvice = `close objects from their first version on with "additionalProperties": false, or set the subject's compatibilityPolicy to LENIENT`

// advice is what would make a breaking difference compatible, by its kind.
var advice = map[string]string{
	"PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL":                         openAdvice,
	"REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL":   openAdvice,
	"REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL":                `make the property optional or give it a default; then ` + openAdvice,
	"REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL":              `make the property optional, or give it a default`,
	"REQUIRED_ATTRIBUTE_ADDED":                                     `leave the property out of "required", or give it a default`,
	"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL":                   `keep the property, leave out "additionalProperties": false, or set the subject's compatibilityPolicy to LENIENT`,
	"PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL":   `let the property allow all that the writer's additionalProperties or patternProperties allow`,
	"PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL": `let additionalProperties allow what the property allowed, or set the subject's compatibilityPolicy to LENIENT`,
	"ITEM_ADDED_TO_OPEN_CONTENT_MODEL":                             `close tuples from their first version on: "additionalItems": false, since 2020-12 "items": false`,
	"ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL":                       `keep the item, or allow additional items`,
	"ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL":       `let the item allow all that additional items could be`,
	"ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL":     `let additional items be what the item could be`,
	"ADDITIONAL_PROPERTIES_REMOVED":                                `leave out "additionalProperties": false`,
	"ADDITIONAL_PROPERTIES_NARROWED":                               `leave out the schema of additionalProperties`,
	"ADDITIONAL_ITEMS_REMOVED":                                     `allow additional items`,
	"ADDITIONAL_ITEMS_NARROWED":                                    `leave out the schema of additional items`,
	"TYPE_NARROWED":                                                `keep the type number`,
	"TYPE_CHANGED":                                                 `allow the writer's type beside the new one: anyOf, or a list of types`,
	"ENUM_ARRAY_NARROWED":                                          `keep the values that the writer may use`,
	"ENUM_ARRAY_CHANGED":                                           `keep the values that the writer may use`,
	"SUM_TYPE_NARROWED":                                            `keep the branches that the writer may use`,
	"COMBINED_TYPE_SUBSCHEMAS_CHANGED":                             `keep for each branch of the writer one that reads it`,
	"COMBINED_TYPE_CHANGED":                                        `keep the keyword; only to anyOf can it change`,
	"PRODUCT_TYPE_EXTENDED":                                        `leave out the added constraint`,
	"REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL": `make the property optional: validators do not fill in defaults`,
	"REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED":                        `leave the property out of "required": validators do not fill in defaults`,
	"OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL":              openAdvice,
	"PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL":       `make the property optional`,
	"SCHEMA_ADDED":                                                 `leave the schema of items out`,
	"DEPENDENCY_ARRAY_ADDED":                                       `leave the dependency out`,
	"DEPENDENCY_ARRAY_EXTENDED":                                    `leave the added names out of the dependency`,
	"DEPENDENCY_ARRAY_CHANGED":                                     `leave the added names out of the dependency`,
	"DEPENDENCY_SCHEMA_ADDED":                                      `leave the dependency out`,
	"NOT_TYPE_EXTENDED":                                            `exclude no more than the writer's schema does`,
	"NOT_TYPE_CHANGED":                                             `exclude no more than the writer's schema does`,
	"CONST_CHANGED":                                                `keep the value, or allow both with enum`,
	"UNIQUE_ITEMS_ADDED":                                           `leave out uniqueItems`,
	"PATTERN_CHANGED":                                              `keep the pattern or leave it out: whether one pattern allows all that another does is not looked at`,
	"MULTIPLE_OF_CHANGED":                                          `choose a number of which the writer's is a multiple`,
	"MULTIPLE_OF_EXPANDED":                                         `choose a number of which the writer's is a multiple`,
	"FORMAT_CHANGED":                                               `keep the format, or leave it out`,
}

func adviceFor(kind string) string {
	if a := advice[kind]; a != "" {
		return a
	}
	switch {
	case strings.HasSuffix(kind, "_ADDED"):
		return "leave the constraint out"
	case strings.HasPrefix(kind, "MIN"), strings.HasPrefix(kind, "EXCLUSIVE_MIN"):
		return "keep the bound, or a lower one"
	case strings.HasPrefix(kind, "MAX"), strings.HasPrefix(kind, "EXCLUSIVE_MAX"):
		return "keep the bound, or a higher one"
	}
	return ""
}
