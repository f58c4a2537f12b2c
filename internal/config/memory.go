package config

// GCPercent is how much garbage the server's heap may hold for what lives on it, in percent, where GOGC says nothing else. What lives is
// mostly packed headers and decoded columns, which hold few pointers: to collect four times as often as Go does by itself takes a tenth
// more of the processor for a page of events, and a third of the memory less.
const GCPercent = 25
