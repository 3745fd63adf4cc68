using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Balie.Kernel;

/// <summary>A type of message that webhooks carry, registered by whoever sends it, for <c>webhooks</c> in the API's description.</summary>
/// <param name="Type">Such as <c>order.confirmed</c>.</param>
/// <param name="Data">The shape of its member <c>data</c>.</param>
public sealed record DescribedWebhook(string Type, string Summary, Type Data)
{
    private const string Said = "The signature covers id, timestamp and body (https://www.standardwebhooks.com). Answer with 2xx within "
        + "15 seconds; anything else is tried again, under the same id, eleven times over three days. 410 ends the webhook.";

    private static readonly (string Name, string Meaning)[] Headers =
    [
        ("webhook-id", "The message's id: the same for every attempt, so that a repetition can be told."),
        ("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
        ("webhook-signature", "`v1,` and the base64 of HMAC-SHA256; several, apart by spaces, while a secret is being rotated."),
    ];

    internal static async Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        foreach (var webhook in context.ApplicationServices.GetServices<DescribedWebhook>())
        {
            var data = await context.GetOrCreateSchemaAsync(webhook.Data, cancellationToken: ct);
            document.Webhooks ??= new Dictionary<string, IOpenApiPathItem>();
            document.Webhooks[webhook.Type] = new OpenApiPathItem
            {
                Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = webhook.Operation(data) },
            };
        }
    }

    private OpenApiOperation Operation(OpenApiSchema data) => new()
    {
        OperationId = Type.Replace('.', '_'),
        Summary = Summary,
        Description = Said,
        Parameters = [.. Headers.Select(header => new OpenApiParameter
        {
            Name = header.Name,
            In = ParameterLocation.Header,
            Required = true,
            Description = header.Meaning,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        })],
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = Body(data) } },
        },
        Responses = new OpenApiResponses { ["2XX"] = new OpenApiResponse { Description = "Taken." } },
    };

    private OpenApiSchema Body(OpenApiSchema data) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "type", "timestamp", "sequence", "previousSequence", "data" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [Type] },
            ["timestamp"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = "When it happened." },
            ["sequence"] = Number("The number of this message among all messages of the organisation."),
            ["previousSequence"] = Number("The number of the message before it that this webhook wants: one you never saw is a gap."),
            ["data"] = data,
        },
    };

    private static OpenApiSchema Number(string meaning) =>
        new() { Type = JsonSchemaType.Integer, Format = "int64", Description = meaning };
}
