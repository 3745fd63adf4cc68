using System.Buffers.Text;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Balie.Orders.Carts;

/// <summary>
/// The guest's cart that a request shows in <c>X-Cart</c>, bound as a handler's parameter. Whoever knows the token has the cart, so it is
/// long, random, and stored nowhere: the cart's id is made of its hash.
/// </summary>
internal sealed record CartKey(string? Token, Refusal? Problem)
{
    public const string Header = "X-Cart";
    private const int TokenBytes = 24;
    private const int TokenLength = 32;

    public static CartKey None { get; } = new(null, null);

    public Guid? CartId => Token is null ? null : IdOf(Token);

    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    public static Guid IdOf(string token) => new(SHA256.HashData(Base64Url.DecodeFromChars(token)).AsSpan(0, 16));

    public static ValueTask<CartKey?> BindAsync(HttpContext http, ParameterInfo _) => ValueTask.FromResult<CartKey?>(
        http.Request.Headers[Header] switch
        {
            { Count: 0 } => None,
            [{ Length: TokenLength } token] when Base64Url.IsValid(token) => new CartKey(token, null),
            _ => new CartKey(null, OrdersRefusals.CartMalformed),
        });
}
