using Balie;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddKernel(builder.Configuration, Modules.All);
var app = builder.Build();
app.UseKernel(Modules.All);
await app.RunAsync();
