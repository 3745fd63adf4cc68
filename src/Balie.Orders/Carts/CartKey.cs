using System.Buffers.Text;
using System.Reflection;
using System.Security.Cryptography;
using Balie.Contracts.Orders;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Balie.Orders.Carts;

/// <summary>
/// The guest's cart that a request shows in <c>X-Cart</c>, bound as a handler's parameter. Whoever knows the token has the cart, so it is
/// long, random, and stored nowhere: the cart's id is made of its hash.
/// </summary>
internal sealed record CartKey(string? Token, Refusal? Problem) : IEndpointParameterMetadataProvider
{
    public const string Header = IUnlockedOffers.CartHeader;
    private const int TokenBytes = 24;
    private const int TokenLength = 32;

    public static CartKey None { get; } = new(null, null);

    public Guid? CartId => Token is null ? null : IdOf(Token);

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    public static Guid IdOf(string token) => new(SHA256.HashData(Base64Url.DecodeFromChars(token)).AsSpan(0, 16));

    /// <param name="token">What was shown; null where nothing was.</param>
    public static CartKey Read(string? token) => token switch
    {
        null => None,
        { Length: TokenLength } when Base64Url.IsValid(token) => new CartKey(token, null),
        _ => new CartKey(null, OrdersRefusals.CartMalformed),
    };

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(IUnlockedOffers.Described);

    public static ValueTask<CartKey?> BindAsync(HttpContext http, ParameterInfo _) => ValueTask.FromResult<CartKey?>(
        http.Request.Headers[Header] switch
        {
            { Count: 0 } => None,
            [var token] => Read(token ?? ""),
            _ => new CartKey(null, OrdersRefusals.CartMalformed),
        });
}
