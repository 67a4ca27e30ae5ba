// Amazon's SDK for Go, unmodified, on every operation of applications and on their errors.
//
// `operations` calls all of them, `full` a service whose store has no room left, `throttled` one that takes one call a second.
// What goes wrong ends the program with a message; the last line says that nothing did.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	connecttypes "github.com/aws/aws-sdk-go-v2/service/connect/types"
	"github.com/aws/aws-sdk-go-v2/service/pinpoint"
	"github.com/aws/aws-sdk-go-v2/service/pinpoint/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

var ctx = context.Background()

// settings is what the test hands over on standard input.
type settings struct {
	Endpoint, Region        string
	Key, Secret             string
	TenantKey, TenantSecret string
	BundleId, TeamId, KeyId string
	P8, RSA, P384           string
	Certificate, PrivateKey string
	ServiceJson, BrokenJson string
}

func check(condition bool, format string, values ...any) {
	if !condition {
		log.Panicf(format, values...)
	}
}

func must[Output any](output Output, err error) Output {
	check(err == nil, "%v", err)
	return output
}

// refused checks that a call fails with an error of one modelled type, and returns its message.
func refused[Error interface {
	error
	smithy.APIError
}, Output any](_ Output, err error) string {
	var wanted Error
	check(errors.As(err, &wanted), "wanted %T, got %v", wanted, err)
	check(wanted.ErrorMessage() != "", "%T without a message", wanted)
	text := must(json.Marshal(wanted))
	var fields map[string]any
	must(true, json.Unmarshal(text, &fields))
	id, isOfPinpoint := fields["RequestID"]
	check(!isOfPinpoint || id != nil, "%s without the id of its request", text)
	return wanted.ErrorMessage()
}

// unmodelled checks the name of an error that the SDK has no type for, and returns its message.
func unmodelled(err error, code string) string {
	var wanted smithy.APIError
	check(errors.As(err, &wanted) && wanted.ErrorCode() == code, "wanted %s, got %v", code, err)
	return wanted.ErrorMessage()
}

func says(message, part string) {
	check(strings.Contains(message, part), "%q does not say %q", message, part)
}

func clients(s settings, key, secret string) (*pinpoint.Client, *connect.Client) {
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}, nil
	})
	config := aws.Config{Region: s.Region, BaseEndpoint: &s.Endpoint, Credentials: credentials}
	return pinpoint.NewFromConfig(config), connect.NewFromConfig(config)
}

func main() {
	log.SetFlags(0)
	var s settings
	check(json.NewDecoder(os.Stdin).Decode(&s) == nil, "no settings on standard input")
	client, associations := clients(s, s.Key, s.Secret)
	// Where the tests' clock is moved, this call is refused once, and the SDK corrects its own for those that come.
	must(client.GetApps(ctx, &pinpoint.GetAppsInput{}))
	switch mode := os.Args[1]; mode {
	case "operations":
		operations(s, client)
		channels(s, client)
		associate(client, associations)
		permissions(s, client)
	case "full":
		full(client)
	case "throttled":
		throttled(client, associations)
	default:
		log.Panicf("unknown mode %s", mode)
	}
	fmt.Println("all of it")
}

func createApp(client *pinpoint.Client, name string, tags map[string]string) *types.ApplicationResponse {
	request := &types.CreateApplicationRequest{Name: &name, Tags: tags}
	return must(client.CreateApp(ctx, &pinpoint.CreateAppInput{CreateApplicationRequest: request})).ApplicationResponse
}

func operations(s settings, client *pinpoint.Client) {
	app := createApp(client, "by Go", map[string]string{"a": "b"})
	second := createApp(client, "another", nil)
	check(*app.Name == "by Go" && app.Tags["a"] == "b" && app.CreationDate != nil, "%v", app)
	read := must(client.GetApp(ctx, &pinpoint.GetAppInput{ApplicationId: app.Id})).ApplicationResponse
	check(*read.Arn == *app.Arn, "%v is not %v", read, app)

	var listed []string
	for token, more := (*string)(nil), true; more; more = token != nil {
		page := must(client.GetApps(ctx, &pinpoint.GetAppsInput{PageSize: aws.String("1"), Token: token})).ApplicationsResponse
		for _, item := range page.Item {
			listed = append(listed, *item.Id)
		}
		token = page.NextToken
	}
	check(slices.Equal(slices.Sorted(slices.Values(listed)), slices.Sorted(slices.Values([]string{*app.Id, *second.Id}))), "%v", listed)

	must(client.TagResource(ctx, &pinpoint.TagResourceInput{ResourceArn: app.Arn, TagsModel: &types.TagsModel{Tags: map[string]string{"c": "d e/ü"}}}))
	must(client.UntagResource(ctx, &pinpoint.UntagResourceInput{ResourceArn: app.Arn, TagKeys: []string{"a", "x"}}))
	tags := must(client.ListTagsForResource(ctx, &pinpoint.ListTagsForResourceInput{ResourceArn: app.Arn})).TagsModel.Tags
	check(len(tags) == 1 && tags["c"] == "d e/ü", "%v", tags)
	// Amazon's model gives the operations on tags no error of their own.
	_, err := client.ListTagsForResource(ctx, &pinpoint.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:s3:::bucket")})
	says(unmodelled(err, "BadRequestException"), "ResourceArn")

	update := func(request types.WriteApplicationSettingsRequest) (*pinpoint.UpdateApplicationSettingsOutput, error) {
		return client.UpdateApplicationSettings(ctx, &pinpoint.UpdateApplicationSettingsInput{ApplicationId: app.Id, WriteApplicationSettingsRequest: &request})
	}
	must(update(types.WriteApplicationSettingsRequest{}))
	says(refused[*types.BadRequestException](update(types.WriteApplicationSettingsRequest{QuietTime: &types.QuietTime{Start: aws.String("22:00")}})), "campaigns")
	resource := must(client.GetApplicationSettings(ctx, &pinpoint.GetApplicationSettingsInput{ApplicationId: app.Id})).ApplicationSettingsResource
	check(*resource.ApplicationId == *app.Id, "%v", resource)

	for _, id := range []string{*app.Id, *second.Id} {
		must(client.DeleteApp(ctx, &pinpoint.DeleteAppInput{ApplicationId: &id}))
		refused[*types.NotFoundException](client.GetApp(ctx, &pinpoint.GetAppInput{ApplicationId: &id}))
		refused[*types.NotFoundException](client.DeleteApp(ctx, &pinpoint.DeleteAppInput{ApplicationId: &id}))
	}
	large := &types.CreateApplicationRequest{Name: aws.String("large"), Tags: map[string]string{"a": strings.Repeat("x", 100_000)}}
	refused[*types.PayloadTooLargeException](client.CreateApp(ctx, &pinpoint.CreateAppInput{CreateApplicationRequest: large}))
	// No operation of the SDK has a method that its path does not take, so one is changed before it is signed.
	refused[*types.MethodNotAllowedException](client.GetApps(ctx, &pinpoint.GetAppsInput{}, withMethod("PATCH")))
	// An operation that is not here: the error lists those that are.
	_, err = client.GetEventStream(ctx, &pinpoint.GetEventStreamInput{ApplicationId: app.Id})
	says(unmodelled(err, "UnknownOperationException"), "UpdateApnsSandboxChannel")
}

func withMethod(method string) func(*pinpoint.Options) {
	return pinpoint.WithAPIOptions(func(stack *middleware.Stack) error {
		change := func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
			in.Request.(*smithyhttp.Request).Method = method
			return next.HandleBuild(ctx, in)
		}
		return stack.Build.Add(middleware.BuildMiddlewareFunc("method", change), middleware.After)
	})
}

func channels(s settings, client *pinpoint.Client) {
	id := createApp(client, "channels", nil).Id
	bundle, team, keyId := &s.BundleId, &s.TeamId, &s.KeyId
	withKey := func(key string) *types.APNSChannelRequest {
		return &types.APNSChannelRequest{BundleId: bundle, TeamId: team, TokenKeyId: keyId, TokenKey: &key}
	}
	update := func(request *types.APNSChannelRequest) (*pinpoint.UpdateApnsChannelOutput, error) {
		return client.UpdateApnsChannel(ctx, &pinpoint.UpdateApnsChannelInput{ApplicationId: id, APNSChannelRequest: request})
	}
	refused[*types.NotFoundException](client.GetApnsChannel(ctx, &pinpoint.GetApnsChannelInput{ApplicationId: id}))
	says(refused[*types.BadRequestException](update(withKey(s.RSA))), "RSA")
	says(refused[*types.BadRequestException](update(withKey(s.P384))), "P-256")
	says(refused[*types.BadRequestException](update(withKey(s.P8[:100]))), "TokenKey")
	says(refused[*types.BadRequestException](update(&types.APNSChannelRequest{BundleId: bundle, TeamId: team, TokenKeyId: aws.String("SHORT"), TokenKey: &s.P8})), "TokenKeyId")
	says(refused[*types.BadRequestException](update(&types.APNSChannelRequest{BundleId: bundle, TeamId: aws.String("ABCDE123456"), TokenKeyId: keyId, TokenKey: &s.P8})), "TeamId")
	made := must(update(withKey(s.P8))).APNSChannelResponse
	check(*made.HasTokenKey && *made.HasCredential && *made.Enabled && *made.Version == 1, "%v", made)
	read := must(client.GetApnsChannel(ctx, &pinpoint.GetApnsChannelInput{ApplicationId: id})).APNSChannelResponse
	check(*read.Version == 1 && *read.Platform == "APNS" && *read.DefaultAuthenticationMethod == "KEY", "%v", read)

	sandbox := must(client.UpdateApnsSandboxChannel(ctx, &pinpoint.UpdateApnsSandboxChannelInput{ApplicationId: id, APNSSandboxChannelRequest: &types.APNSSandboxChannelRequest{
		BundleId: bundle, Certificate: &s.Certificate, PrivateKey: &s.PrivateKey, DefaultAuthenticationMethod: aws.String("certificate"),
	}})).APNSSandboxChannelResponse
	check(!*sandbox.HasTokenKey && *sandbox.HasCredential && *sandbox.Platform == "APNS_SANDBOX", "%v", sandbox)
	readSandbox := must(client.GetApnsSandboxChannel(ctx, &pinpoint.GetApnsSandboxChannelInput{ApplicationId: id})).APNSSandboxChannelResponse
	check(*readSandbox.DefaultAuthenticationMethod == "CERTIFICATE", "%v", readSandbox)

	updateGcm := func(json string) (*pinpoint.UpdateGcmChannelOutput, error) {
		return client.UpdateGcmChannel(ctx, &pinpoint.UpdateGcmChannelInput{ApplicationId: id, GCMChannelRequest: &types.GCMChannelRequest{
			ServiceJson: &json, DefaultAuthenticationMethod: aws.String("TOKEN"),
		}})
	}
	says(refused[*types.BadRequestException](updateGcm(s.BrokenJson)), "client_email")
	gcm := must(updateGcm(s.ServiceJson)).GCMChannelResponse
	check(*gcm.HasFcmServiceCredentials && gcm.Credential == nil, "%v", gcm)
	must(client.GetGcmChannel(ctx, &pinpoint.GetGcmChannelInput{ApplicationId: id}))

	all := must(client.GetChannels(ctx, &pinpoint.GetChannelsInput{ApplicationId: id})).ChannelsResponse.Channels
	check(slices.Equal(slices.Sorted(maps.Keys(all)), []string{"APNS", "APNS_SANDBOX", "GCM"}), "%v", all)

	must(client.DeleteApnsChannel(ctx, &pinpoint.DeleteApnsChannelInput{ApplicationId: id}))
	must(client.DeleteApnsSandboxChannel(ctx, &pinpoint.DeleteApnsSandboxChannelInput{ApplicationId: id}))
	must(client.DeleteGcmChannel(ctx, &pinpoint.DeleteGcmChannelInput{ApplicationId: id}))
	refused[*types.NotFoundException](client.DeleteApnsChannel(ctx, &pinpoint.DeleteApnsChannelInput{ApplicationId: id}))
	refused[*types.NotFoundException](client.GetApnsSandboxChannel(ctx, &pinpoint.GetApnsSandboxChannelInput{ApplicationId: id}))
	refused[*types.NotFoundException](client.GetGcmChannel(ctx, &pinpoint.GetGcmChannelInput{ApplicationId: id}))

	token := strings.Repeat("ab", 32)
	send := func(channel types.ChannelType) (*pinpoint.SendMessagesOutput, error) {
		return client.SendMessages(ctx, &pinpoint.SendMessagesInput{ApplicationId: id, MessageRequest: &types.MessageRequest{
			Addresses:            map[string]types.AddressConfiguration{token: {ChannelType: channel}},
			MessageConfiguration: &types.DirectMessageConfiguration{DefaultMessage: &types.DefaultMessage{Body: aws.String("x")}},
		}})
	}
	status := func() types.MessageResult { return must(send(types.ChannelTypeApns)).MessageResponse.Result[token] }
	check(status().DeliveryStatus == types.DeliveryStatusPermanentFailure, "%v", status())
	must(update(withKey(s.P8)))
	check(status().DeliveryStatus == types.DeliveryStatusSuccessful, "%v", status())
	says(refused[*types.BadRequestException](send(types.ChannelTypeSms)), "ChannelType")
	must(client.DeleteApp(ctx, &pinpoint.DeleteAppInput{ApplicationId: id}))
}

func associate(client *pinpoint.Client, associations *connect.Client) {
	app, other := createApp(client, "its", nil), createApp(client, "other", nil)
	instance := aws.String("one")
	create := func(arn *string, kind connecttypes.IntegrationType) (*connect.CreateIntegrationAssociationOutput, error) {
		return associations.CreateIntegrationAssociation(ctx, &connect.CreateIntegrationAssociationInput{InstanceId: instance, IntegrationType: kind, IntegrationArn: arn})
	}
	register := func(arn *string) (*connect.CreatePushNotificationRegistrationOutput, error) {
		return associations.CreatePushNotificationRegistration(ctx, &connect.CreatePushNotificationRegistrationInput{
			InstanceId: instance, PinpointAppArn: arn, DeviceToken: aws.String("a-token"), DeviceType: connecttypes.DeviceTypeGcm,
			ContactConfiguration: &connecttypes.ContactConfiguration{ContactId: aws.String("a")},
		})
	}
	of := connecttypes.IntegrationTypePinpointApp
	made := must(create(app.Arn, of))
	must(register(app.Arn))
	refused[*connecttypes.ResourceNotFoundException](register(other.Arn))
	refused[*connecttypes.DuplicateResourceException](create(other.Arn, of))
	refused[*connecttypes.InvalidRequestException](create(app.Arn, connecttypes.IntegrationTypeEvent))
	listed := must(associations.ListIntegrationAssociations(ctx, &connect.ListIntegrationAssociationsInput{InstanceId: instance, IntegrationType: of})).IntegrationAssociationSummaryList
	check(len(listed) == 1 && *listed[0].IntegrationArn == *app.Arn, "%v", listed)
	remove := func() (*connect.DeleteIntegrationAssociationOutput, error) {
		return associations.DeleteIntegrationAssociation(ctx, &connect.DeleteIntegrationAssociationInput{InstanceId: instance, IntegrationAssociationId: made.IntegrationAssociationId})
	}
	must(remove())
	refused[*connecttypes.ResourceNotFoundException](remove())
}

func permissions(s settings, client *pinpoint.Client) {
	id := createApp(client, "not the tenant's", nil).Id
	tenant, _ := clients(s, s.TenantKey, s.TenantSecret)
	says(refused[*types.ForbiddenException](tenant.GetApp(ctx, &pinpoint.GetAppInput{ApplicationId: id})), "mobiletargeting:GetApp")
}

// full creates applications until the store has no room for another.
func full(client *pinpoint.Client) {
	tags := map[string]string{}
	for index := range 50 {
		tags[fmt.Sprint("tag ", index)] = strings.Repeat("x", 200)
	}
	var id *string
	for range 200 {
		request := &types.CreateApplicationRequest{Name: aws.String("large"), Tags: tags}
		once := func(options *pinpoint.Options) { options.RetryMaxAttempts = 1 }
		output, err := client.CreateApp(ctx, &pinpoint.CreateAppInput{CreateApplicationRequest: request}, once)
		if err != nil {
			refused[*types.InternalServerErrorException](output, err)
			must(client.GetApp(ctx, &pinpoint.GetAppInput{ApplicationId: id}))
			return
		}
		id = output.ApplicationResponse.Id
	}
	log.Panic("the store was never full")
}

// throttled makes ten calls in a row with the SDK's own retries: they wait as long as they are told, and all succeed.
func throttled(client *pinpoint.Client, associations *connect.Client) {
	app := createApp(client, "support", nil)
	begun := time.Now()
	for index := range 10 {
		must(associations.CreatePushNotificationRegistration(ctx, &connect.CreatePushNotificationRegistrationInput{
			InstanceId: aws.String("one"), PinpointAppArn: app.Arn, DeviceToken: aws.String(fmt.Sprint("token-", index)), DeviceType: connecttypes.DeviceTypeGcm,
			ContactConfiguration: &connecttypes.ContactConfiguration{ContactId: aws.String(fmt.Sprint("contact-", index))},
		}))
	}
	took := time.Since(begun)
	check(took > 8*time.Second, "ten creates took %v, so none was throttled", took)
	once := func(options *pinpoint.Options) { options.RetryMaxAttempts = 1 }
	create := func() (*pinpoint.CreateAppOutput, error) {
		return client.CreateApp(ctx, &pinpoint.CreateAppInput{CreateApplicationRequest: &types.CreateApplicationRequest{Name: aws.String("another")}}, once)
	}
	another, err := create()
	for range 50 {
		if err == nil {
			another, err = create()
		}
	}
	refused[*types.TooManyRequestsException](another, err)
	fmt.Fprintf(os.Stderr, "ten creates took %v\n", took.Round(time.Millisecond))
}
