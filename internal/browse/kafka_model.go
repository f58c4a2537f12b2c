package browse

import (
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/kafka"
)

// What is told of Kafka clusters without payload.
type (
	Scanned       = kafka.Scanned
	PartitionScan = kafka.PartitionScan
	ScanQuery     = kafka.ScanQuery
	TailQuery     = kafka.TailQuery
	From          = kafka.From

	Brokers        = kafka.Brokers
	Broker         = kafka.Broker
	TopicSummary   = kafka.TopicSummary
	KafkaTopic     = kafka.Topic
	TopicPartition = kafka.TopicPartition
	TopicSetting   = kafka.Setting
	GroupSummary   = kafka.GroupSummary
	Group          = kafka.Group
	GroupPartition = kafka.GroupPartition
	Assigned       = kafka.Assigned
	Reset          = kafka.Reset
	ResetTo        = kafka.ResetTo
	ResetPlan      = kafka.ResetPlan
	ACL            = kafka.ACL
	Quota          = kafka.Quota
	Message        = kafka.Message
	MessageHeader  = kafka.MessageHeader
	Produced       = kafka.Produced
)

// Where scans begin, and types of a record's time.
const (
	FromEnd       = kafka.FromEnd
	FromStart     = kafka.FromStart
	FromOffset    = kafka.FromOffset
	FromPositions = kafka.FromPositions
	FromTime      = kafka.FromTime
	FromGroup     = kafka.FromGroup

	ToStart  = kafka.ToStart
	ToEnd    = kafka.ToEnd
	ToOffset = kafka.ToOffset
	ToTime   = kafka.ToTime
	ToShift  = kafka.ToShift

	TimeCreated  = kafka.Created
	TimeAppended = kafka.Appended
)

// ErrCluster: the cluster does not let the server do it, or nobody answers. ErrGroupActive: the group has members, and whoever sets its offsets
// stops them first.
var (
	ErrCluster     = errors.New("the Kafka cluster did not do it")
	ErrGroupActive = kafka.ErrGroupActive
)

// kafkaError makes of an error of a cluster one that callers decide on.
func kafkaError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kafka.ErrGroupActive):
		return err
	case errors.Is(err, kafka.ErrUnknown), errors.Is(err, kafka.ErrGone):
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return fmt.Errorf("%w: %w", ErrCluster, err)
}
