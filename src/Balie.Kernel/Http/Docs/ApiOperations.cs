using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Balie.Kernel;

/// <summary>Adds to each route's description what its handler's signature does not say: who may, which headers, which answers.</summary>
internal sealed partial class ApiOperations(IReadOnlyList<IModule> modules, XmlSummaries summaries)
{
    public const string Bearer = "bearer";
    public const string ApiKey = "apiKey";
    public const string KernelTag = "Kernel";
    private const string ProblemSchema = "Problem";
    private const string KeyMeaning = "A new UUID for a new request, and the same one for every repetition of it.";
    private const string OrganisationMeaning = "The organisation's name in addresses, or its id; by default that of the host name.";
    private const string ProblemType = "application/problem+json";
    private static readonly string[] RateHeaders = [RateLimits.PolicyHeader, RateLimits.RemainingHeader];

    public static string TagOf(IModule module) => char.ToUpperInvariant(module.Name[0]) + module.Name[1..];

    public Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var document = context.Document ?? throw new InvalidOperationException("An operation without its document.");
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var handler = metadata.OfType<MethodInfo>().LastOrDefault();
        var parameters = handler?.GetParameters().Select(parameter => parameter.ParameterType).ToHashSet() ?? [];
        var access = metadata.OfType<Access>().Last();

        Name(operation, document, handler, $"{context.Description.HttpMethod} {context.Description.RelativePath}");
        Secure(operation, document, access);
        AskFor(operation, document, metadata, parameters);
        Answer(operation, document, metadata, parameters, access);
        return Task.CompletedTask;
    }

    private void Name(OpenApiOperation operation, OpenApiDocument document, MethodInfo? handler, string route)
    {
        // A slice is a static class, perhaps around a closure; a handler written elsewhere is named by its route.
        var declared = handler?.DeclaringType;
        while (declared is { IsNested: true } && declared.Name.StartsWith('<')) declared = declared.DeclaringType;
        var slice = declared is { IsAbstract: true, IsSealed: true } ? declared : null;
        operation.OperationId = slice?.Name ?? NotPlain().Replace(route.ToLowerInvariant(), "_").Trim('_');
        operation.Summary = slice is null ? null : summaries.Of(slice) ?? Words().Replace(slice.Name, " $1").Trim();
        var owner = modules.FirstOrDefault(module => module.GetType().Assembly == declared?.Assembly);
        operation.Tags = new HashSet<OpenApiTagReference> { new(owner is null ? KernelTag : TagOf(owner), document) };
    }

    private static void Secure(OpenApiOperation operation, OpenApiDocument document, Access access)
    {
        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, document)] = [] },
        ];
        // An empty requirement says that none is needed.
        if (!access.SignedIn) operation.Security.Insert(0, []);
        if (access.Permission is { } permission) operation.Description = $"Needs the permission `{permission}`.";
    }

    private static void AskFor(OpenApiOperation operation, OpenApiDocument document, IList<object> metadata, HashSet<Type> parameters)
    {
        operation.Parameters ??= [];
        if (parameters.Contains(typeof(Paging)))
        {
            Add("limit", ParameterLocation.Query, false, "How many rows at most.", new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Maximum = Paging.LargestLimit.ToString(CultureInfo.InvariantCulture),
                Default = JsonValue.Create(Paging.DefaultLimit),
            });
            Add("cursor", ParameterLocation.Query, false, "`meta.nextCursor` of the page before.", Text());
        }
        if (parameters.Contains(typeof(IfMatch)))
            Add("If-Match", ParameterLocation.Header, true, "The ETag of the version that was edited, or `*`.", Text());
        if (metadata.OfType<WantsIdempotencyKey>().Any())
            Add(Idempotency.KeyHeader, ParameterLocation.Header, true, KeyMeaning,
                new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" });
        foreach (var header in metadata.OfType<TakesHeader>())
            Add(header.Name, ParameterLocation.Header, false, header.Meaning, Text());
        Add(Admission.OrganisationHeader, ParameterLocation.Header, false, OrganisationMeaning, Text());

        void Add(string name, ParameterLocation where, bool required, string description, OpenApiSchema schema)
        {
            document.AddComponent<IOpenApiParameter>(
                name, new OpenApiParameter { Name = name, In = where, Required = required, Description = description, Schema = schema });
            operation.Parameters.Add(new OpenApiParameterReference(name, document));
        }
    }

    private static void Answer(
        OpenApiOperation operation, OpenApiDocument document, IList<object> metadata, HashSet<Type> parameters, Access access)
    {
        var given = operation.Responses ?? [];
        var status = metadata.OfType<AnswersWith>().LastOrDefault()?.Status ?? StatusCodes.Status200OK;
        var answers = new OpenApiResponses();
        // The route's words come after the handler's type was asked for its answers, so a 201 still stands under 200 here.
        foreach (var (code, answer) in given.Where(answer => answer.Key[0] == '2'))
        {
            var success = answer as OpenApiResponse ?? new OpenApiResponse { Content = answer.Content };
            success.Description = status == StatusCodes.Status201Created ? "Made." : "Done.";
            success.Headers = RateHeaders.ToDictionary(name => name, name => (IOpenApiHeader)new OpenApiHeaderReference(name, document));
            answers[code == "200" ? status.ToString(CultureInfo.InvariantCulture) : code] = success;
        }
        foreach (var name in RateHeaders)
            document.AddComponent<IOpenApiHeader>(name, new OpenApiHeader { Schema = Text() });
        document.AddComponent<IOpenApiSchema>(ProblemSchema, Problem());

        foreach (var problem in Problems(operation, metadata, parameters, access).Order())
        {
            var refusal = KernelRefusals.ForStatus(problem);
            var name = problem.ToString(CultureInfo.InvariantCulture);
            document.AddComponent<IOpenApiResponse>($"{ProblemSchema}{name}", new OpenApiResponse
            {
                Description = TitleOf(problem, refusal),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(ProblemSchema, document) },
                },
            });
            answers[name] = new OpenApiResponseReference($"{ProblemSchema}{name}", document);
        }
        operation.Responses = answers;
    }

    private static List<int> Problems(OpenApiOperation operation, IList<object> metadata, HashSet<Type> parameters, Access access)
    {
        int[] always = [400, 401, 404, 429, 503];
        var rest = new List<int>(always);
        if (access.Permission is not null) rest.Add(403);
        if (parameters.Contains(typeof(IfMatch))) rest.AddRange([412, 428]);
        if (operation.RequestBody is not null) rest.AddRange([413, 415]);
        if (metadata.OfType<IHttpMethodMetadata>().All(method => !method.HttpMethods.Contains(HttpMethods.Get))) rest.AddRange([409, 422]);
        return rest;
    }

    private static string TitleOf(int status, Refusal refusal) => status switch
    {
        404 => "There is no such thing, or it is not yours to see.",
        409 => "It contradicts what is already there; the problem holds the current numbers.",
        412 => KernelRefusals.VersionChanged.Message,
        422 => "Readable, but not valid. See `errors`.",
        428 => KernelRefusals.VersionRequired.Message,
        _ => refusal.Message,
    };

    /// <summary>RFC 9457, and our envelope at the same time.</summary>
    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error: a problem document (RFC 9457) that is also an envelope. Conflicts add the current numbers as members.",
        Required = new HashSet<string>
        {
            "type", "title", "status", "detail", "instance", "code", "traceId", "success", "message", "errors",
        },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Where the code is explained: `/problems/{code}`."),
            ["title"] = Text("A few words for the kind of error."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
            ["detail"] = Text("What happened and what to do next, for a person."),
            ["instance"] = Text("The path that was asked for."),
            ["code"] = Text("Stable, for programs: `module.snake_case`."),
            ["traceId"] = Text("Mention it when you report an error."),
            ["success"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Enum = [JsonValue.Create(false)] },
            ["message"] = Text("The same as detail."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "What is wrong with which member.",
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "field", "message" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["field"] = Text("Such as `items[0].quantity`."),
                        ["message"] = Text("What is wrong with it."),
                    },
                },
            },
            ["retryAfter"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "Seconds to wait, when that may help." },
        },
    };

    private static OpenApiSchema Text(string? description = null) => new() { Type = JsonSchemaType.String, Description = description };

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotPlain();

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Words();
}
