package browse

// functions are what may stand where a term begins.
var functions = []Completion{
	{"has", CompleteFunction, "bool", "has(value.user.id): the member is there"},
	{"timestamp", CompleteFunction, "timestamp", `timestamp("2026-08-01T14:00:00Z")`},
	{"duration", CompleteFunction, "duration", `duration("5s"), as in lag > duration("5s")`},
	{"double", CompleteFunction, "double", "double(value.amount): a number out of text"},
	{"int", CompleteFunction, "int", "int(value.n): a whole number out of text"},
	{"string", CompleteFunction, "string", "string(key): a text out of a number"},
	{"size", CompleteFunction, "int", "size(value.items): how many, or how long"},
	{"type", CompleteFunction, "type", "type(value.n) == int"},
	{"true", CompleteWord, "bool", ""},
	{"false", CompleteWord, "bool", ""},
	{"null", CompleteWord, "null", "value.user == null"},
}

// methods are what may stand behind a value and a dot.
var methods = []Completion{
	{"contains", CompleteFunction, "bool", `value.note.contains("late")`},
	{"startsWith", CompleteFunction, "bool", `key.startsWith("o-77")`},
	{"endsWith", CompleteFunction, "bool", `value.mail.endsWith("@example.org")`},
	{"matches", CompleteFunction, "bool", `key.matches("^o-[0-9]+$"), RE2`},
	{"lowerAscii", CompleteFunction, "string", `value.name.lowerAscii() == "ann"`},
	{"size", CompleteFunction, "int", "value.items.size() > 3"},
	{"exists", CompleteFunction, "bool", `value.items.exists(i, i.sku == "x")`},
	{"all", CompleteFunction, "bool", "value.items.all(i, i.n > 0)"},
	{"getFullYear", CompleteFunction, "int", "time.getFullYear()"},
	{"getHours", CompleteFunction, "int", "time.getHours(), UTC"},
	{"getMinutes", CompleteFunction, "int", "time.getMinutes()"},
}

// infix are what may stand behind a term.
var infix = []Completion{
	{"==", CompleteOperator, "", "equal"},
	{"!=", CompleteOperator, "", "not equal"},
	{"in", CompleteOperator, "", `kind in ["record", "written"]`},
	{"<", CompleteOperator, "", "less"},
	{"<=", CompleteOperator, "", "at most"},
	{">", CompleteOperator, "", "more"},
	{">=", CompleteOperator, "", "at least"},
	{"&&", CompleteOperator, "", "and"},
	{"||", CompleteOperator, "", "or"},
}
