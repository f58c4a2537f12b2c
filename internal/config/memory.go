package config

// GCPercent is how much garbage the server's heap may hold for what lives on it, in percent, where GOGC says nothing else. What lives is
// mostly packed headers and decoded columns, which hold few pointers: to collect twice as often as Go does by itself takes little time,
// and a quarter of the memory less.
const GCPercent = 50
