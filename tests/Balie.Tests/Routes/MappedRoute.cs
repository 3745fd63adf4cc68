using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Balie.Tests.Routes;

/// <summary>One route of the running product, as its endpoint table has it.</summary>
public sealed record MappedRoute(string Method, string Pattern, RouteEndpoint Endpoint)
{
    private const string Api = "/api/v1/";

    /// <summary>Such as <c>GET /api/v1/events/{eventId}</c>: without what a parameter must look like.</summary>
    public string Name => $"{Method} {Pattern}";

    public bool IsApi => Pattern.StartsWith(Api, StringComparison.Ordinal);

    public Access? Access => Endpoint.Metadata.GetMetadata<Access>();

    public bool WantsKey => Endpoint.Metadata.GetMetadata<WantsIdempotencyKey>() is not null;

    public bool Creates => Endpoint.Metadata.GetMetadata<AnswersWith>()?.Status == 201;

    /// <summary>Null for a route that takes no body.</summary>
    public Type? Body => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    public bool TakesBody => Body is not null;

    /// <summary>Those that name a thing which belongs to somebody.</summary>
    public IEnumerable<string> PathParameters => AllParameters.Except(Recipes.Everyones.Keys);

    private IEnumerable<string> AllParameters => Endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name);

    /// <summary>The query parameters that name a thing by its id.</summary>
    public IEnumerable<string> QueryIds =>
        Arguments.Where(argument => argument.ParameterType == typeof(Guid?) || argument.ParameterType == typeof(Guid))
        .Select(argument => argument.Name ?? "").Except(AllParameters);

    /// <summary>Query parameters of every kind, those of paging included.</summary>
    public IEnumerable<string> QueryNames => Arguments
        .Where(argument => argument.ParameterType.IsValueType || argument.ParameterType == typeof(string))
        .Where(argument => argument.ParameterType != typeof(CancellationToken))
        .Select(argument => argument.Name ?? "").Except(AllParameters)
        .Concat(Arguments.Any(argument => argument.ParameterType == typeof(Paging)) ? ["limit", "cursor"] : []);

    private IEnumerable<ParameterInfo> Arguments => Endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [];

    /// <summary>The address with every parameter filled in.</summary>
    public string At(Func<string, string> value) =>
        AllParameters.Aggregate(Pattern, (path, name) =>
            path.Replace($"{{{name}}}", Recipes.Everyones.GetValueOrDefault(name) ?? value(name), StringComparison.Ordinal));

    public static IReadOnlyList<MappedRoute> Of(IEnumerable<EndpointDataSource> sources) =>
    [
        .. from endpoint in sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
           let method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : "GET"
           let route = new MappedRoute(method, Plain(endpoint.RoutePattern), endpoint)
           orderby route.Pattern, route.Method
           select route,
    ];

    public override string ToString() => Name;

    private static string Plain(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        RoutePatternSeparatorPart separator => separator.Content,
        _ => throw new InvalidOperationException($"Unknown part {part} in {pattern.RawText}."),
    }))));

    /// <summary>A body that the route could read, as the bytes that travel.</summary>
    public static byte[] Bytes(object body) => JsonSerializer.SerializeToUtf8Bytes(body, Json.Options);
}
