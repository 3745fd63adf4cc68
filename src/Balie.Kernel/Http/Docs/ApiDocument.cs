using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Balie.Kernel;

/// <summary>
/// The description of the API as OpenAPI 3.1: made from the routes themselves, so it cannot tell of what is not there. Written once per
/// process, as routes do not change while it runs.
/// </summary>
internal sealed class ApiDocument
{
    public const string Version = "v1";
    private readonly Lazy<Task<byte[]>> _json;

    public ApiDocument([FromKeyedServices(Version)] IOpenApiDocumentProvider provider) =>
        _json = new Lazy<Task<byte[]>>(() => Write(provider));

    public Task<byte[]> Json() => _json.Value;

    public static void Describe(OpenApiOptions options, IReadOnlyList<IModule> modules)
    {
        var assemblies = modules.Select(module => module.GetType().Assembly).Append(typeof(ApiDocument).Assembly);
        var operations = new ApiOperations(modules, XmlSummaries.Of(assemblies));
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description =>
            description.HttpMethod != HttpMethods.Head && description.ActionDescriptor.EndpointMetadata.OfType<Access>().Any();
        options.CreateSchemaReferenceId = info => NameOf(info.Type);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var nullable = context.JsonPropertyInfo?.IsGetNullable is true;
            Explain(schema, context.JsonTypeInfo.Type, nullable, context.ParameterDescription is not null);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(operations.Complete);
        options.AddDocumentTransformer((document, context, ct) =>
        {
            Complete(document, modules);
            return DescribedWebhook.Describe(document, context, ct);
        });
    }

    // Two slices may both answer a Summary: the slice's name tells them apart. An envelope is no type of its own to a reader.
    private static string? NameOf(Type type)
    {
        if (type.IsGenericType || type.IsArray || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true) return null;
        return type.DeclaringType is { } slice ? slice.Name + type.Name : type.Name;
    }

    // Types with a converter of ours (see Json) say nothing of themselves.
    private static void Explain(OpenApiSchema schema, Type type, bool nullable, bool parameter)
    {
        if (type != typeof(string) && type != typeof(DateTimeOffset) && type != typeof(DateTimeOffset?)) return;
        // A parameter is left out; only a member can be null.
        var mayBeNull = !parameter && (nullable || type == typeof(DateTimeOffset?));
        schema.Type = mayBeNull ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        if (type != typeof(string)) schema.Format = "date-time";
    }

    private static void Complete(OpenApiDocument document, IReadOnlyList<IModule> modules)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Balie",
            Version = typeof(ApiDocument).Assembly.GetName().Version?.ToString(3),
            Description = "Box office, shop, resale market and glossary. Every success is an envelope, every error a problem (RFC 9457) "
                + "whose `code` is stable and explained under `/problems/{code}`.",
        };
        TellApart(document);
        document.Servers = [new OpenApiServer { Url = "/" }];
        string[] tags = [.. modules.Select(ApiOperations.TagOf), ApiOperations.KernelTag];
        document.Tags = tags.Select(name => new OpenApiTag { Name = name }).ToHashSet();
        document.AddComponent<IOpenApiSecurityScheme>(ApiOperations.Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "The access token of a signed-in person.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(ApiOperations.ApiKey, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = Admission.ApiKeyHeader,
            Description = "A key of an organisation, with the permissions it was made with.",
        });
    }

    // A slice may stand at two addresses, and an operation's id must stay its own.
    private static void TellApart(OpenApiDocument document)
    {
        var taken = new HashSet<string>();
        foreach (var (_, item) in document.Paths)
            foreach (var (method, operation) in item.Operations ?? [])
                for (var number = 2; operation.OperationId is { } id && !taken.Add(id); number++)
                    operation.OperationId = $"{id.TrimEnd('2', '3', '4', '5', '6', '7', '8', '9')}{number}";
    }

    private static async Task<byte[]> Write(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync();
        var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }
}
