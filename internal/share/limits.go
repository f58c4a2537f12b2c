package share

// Limits of a file. What claims more is refused before anything is allocated for it.
const (
	maxRecord     = 16 << 20 // bytes of a record that is no attachment, chunks included as they are stored
	maxChunk      = 10 << 20 // bytes of a chunk's records: a block of block.MaxBlock, or as many bytes of definitions, and what is around
	maxManifest   = 64 << 20
	maxSignature  = 4 << 10
	maxName       = 256      // bytes of an attachment's name or media type
	maxAttachment = 16 << 30 // bytes of one attachment, as the store has it for blobs
	maxAttached   = 1 << 16  // attachments
	batch         = 1 << 20  // bytes of definitions in one message
)
